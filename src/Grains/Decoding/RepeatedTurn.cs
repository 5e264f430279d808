using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// A turn that is in the record already, and is asked for again under its id, with the same messages: its silo died after it was recorded and
/// before anybody heard of its end. It is made anew, not twice.
/// </summary>
internal static class RepeatedTurn
{
    public static void Record(ConversationState state, GenerateCommand command, string answer)
    {
        (state.LastRequestId, state.LastTurnAt) = (command.RequestId, state.Messages.Count);
        (state.Model, state.Revision) = (command.Model, command.Revision);
        state.Messages.AddRange(command.Messages);
        state.Messages.Add(new ConversationMessage("assistant", [ConversationPart.OfText(answer)]));
    }

    /// <summary>Takes the last turn out of the record, if the command asks for it once more.</summary>
    public static void TakeOut(ConversationState state, GenerateCommand command)
    {
        if (state.LastRequestId == command.RequestId && IsSame(state, command))
            TakeOut(state, state.LastTurnAt);
    }

    /// <summary>Takes out all from a message on.</summary>
    public static void TakeOut(ConversationState state, int from)
    {
        state.Messages.RemoveRange(from, state.Messages.Count - from);
        (state.Model, state.Revision) = from == 0 ? ("", "") : (state.Model, state.Revision);
        state.LastRequestId = "";
    }

    private static bool IsSame(ConversationState state, GenerateCommand command) =>
        state.Messages.Count == state.LastTurnAt + command.Messages.Length + 1
        && state.Messages.Skip(state.LastTurnAt).Zip(command.Messages).All(
            pair => pair.First.Role == pair.Second.Role && pair.First.Parts.AsSpan().SequenceEqual(pair.Second.Parts));
}
