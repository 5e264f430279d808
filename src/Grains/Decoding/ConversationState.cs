using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Decoding;

/// <summary>What a session remembers: its messages, with images by key. A turn is in it only if its stream reached the end.</summary>
[GenerateSerializer, Alias("visioncluster.ConversationState")]
internal sealed class ConversationState
{
    /// <summary>The model that the session is bound to; empty before the first turn.</summary>
    [Id(0)]
    public string Model { get; set; } = "";

    [Id(1)]
    public List<ConversationMessage> Messages { get; set; } = [];

    /// <summary>The model's revision that its turns were made with, and that its image keys hold for; empty before the first turn.</summary>
    [Id(2)]
    public string Revision { get; set; } = "";

    /// <summary>Id of the generation that made the last turn; empty if that was undone.</summary>
    [Id(3)]
    public string LastRequestId { get; set; } = "";

    /// <summary>Messages before the last turn.</summary>
    [Id(4)]
    public int LastTurnAt { get; set; }
}
