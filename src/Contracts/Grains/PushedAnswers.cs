namespace VisionCluster.Contracts.Grains;

/// <summary>One message from a silo to a gateway: pieces of any number of answers, those of one answer in its order.</summary>
/// <param name="Pieces">At least one.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.PushedAnswers")]
public sealed record PushedAnswers([property: Id(0)] AnswerPiece[] Pieces);
