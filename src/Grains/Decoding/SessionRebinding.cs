using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// A session keeps the model revision that it began with. When the cluster serves that no more it goes over to another one: the gateway
/// names its images anew, since a key holds for one revision only and new weights must never meet old embeddings.
/// </summary>
internal static class SessionRebinding
{
    /// <returns>Null when the turn may be made with the command's revision.</returns>
    public static StartReply? Check(ConversationState state, GenerateCommand command)
    {
        if (state.Revision.Length == 0 || state.Revision == command.Revision)
            return null;
        var keys = ImageKeys(state);
        return command.GoneRevision == state.Revision && keys.All(command.NewKeys.ContainsKey)
            ? null : StartReply.BoundTo(new SessionRevision(state.Revision, keys));
    }

    /// <summary>The conversation so far, with images as the command's revision knows them.</summary>
    public static IReadOnlyList<ConversationMessage> Messages(ConversationState state, GenerateCommand command) =>
        state.Revision.Length == 0 || state.Revision == command.Revision
            ? state.Messages
            : [.. state.Messages.Select(m => m with { Parts = Array.ConvertAll(m.Parts, p => Rename(p, command.NewKeys)) })];

    private static ConversationPart Rename(ConversationPart part, Dictionary<string, string> keys) =>
        part.ImageKey is { } key ? ConversationPart.OfImage(keys[key]) : part;

    private static string[] ImageKeys(ConversationState state) =>
        [.. state.Messages.SelectMany(m => m.Parts).Select(p => p.ImageKey).OfType<string>().Distinct()];
}
