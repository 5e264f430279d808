namespace VisionCluster.Contracts.Grains;

/// <summary>One message. Role is <c>system</c>, <c>user</c> or <c>assistant</c>.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.ConversationMessage")]
public sealed record ConversationMessage([property: Id(0)] string Role, [property: Id(1)] ConversationPart[] Parts);
