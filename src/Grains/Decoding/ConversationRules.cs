using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Decoding;

/// <summary>Whether a turn may join a conversation.</summary>
internal static class ConversationRules
{
    /// <returns>Why the turn may not join; null when it may.</returns>
    public static Refusal? Check(ConversationState state, GenerateCommand command, DecoderOptions options)
    {
        if (state.Model.Length > 0 && state.Model != command.Model)
        {
            return new Refusal(
                RefusalReason.SessionConflict,
                $"session_id: this session talks to model '{state.Model}'; use that model, or another session for '{command.Model}'.");
        }

        if (state.Messages.Count + command.Messages.Length + 1 > options.MaxMessages)
            return Full($"{options.MaxMessages} messages");
        var parts = state.Messages.Concat(command.Messages).SelectMany(m => m.Parts);
        var (images, chars) = (0, 0L);
        foreach (var part in parts)
        {
            images += part.ImageKey is null ? 0 : 1;
            chars += part.Text?.Length ?? 0;
        }

        if (images > options.MaxImages)
            return Full($"{options.MaxImages} images");
        return chars > options.MaxTextChars ? Full($"{options.MaxTextChars} characters") : null;
    }

    private static Refusal Full(string bound) =>
        new(RefusalReason.SessionConflict, $"session_id: the conversation would exceed {bound}; start another session.");
}
