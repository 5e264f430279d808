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

    /// <summary>The conversation that the command's turn joins: without its last turn, if the command asks for that once more.</summary>
    public static ConversationState Before(ConversationState state, GenerateCommand command)
    {
        if (!IsRepeated(state, command))
            return state;
        var before = new ConversationState { Model = state.Model, Revision = state.Revision, Messages = [.. state.Messages] };
        TakeOut(before, state.LastTurnAt);
        return before;
    }

    /// <summary>Takes the last turn out of the record, if the command, which was accepted, asks for it once more.</summary>
    public static void TakeOut(ConversationState state, GenerateCommand command)
    {
        if (IsRepeated(state, command))
            TakeOut(state, state.LastTurnAt);
    }

    /// <summary>Takes out all from a message on.</summary>
    public static void TakeOut(ConversationState state, int from)
    {
        state.Messages.RemoveRange(from, state.Messages.Count - from);
        (state.Model, state.Revision) = from == 0 ? ("", "") : (state.Model, state.Revision);
        state.LastRequestId = "";
    }

    private static bool IsRepeated(ConversationState state, GenerateCommand command) =>
        state.LastRequestId == command.RequestId
        && state.Messages.Count == state.LastTurnAt + command.Messages.Length + 1
        && state.Messages.Skip(state.LastTurnAt).Zip(command.Messages).All(
            pair => pair.First.Role == pair.Second.Role && pair.First.Parts.AsSpan().SequenceEqual(pair.Second.Parts));
}
