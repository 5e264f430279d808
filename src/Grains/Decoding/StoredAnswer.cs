using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Decoding;

/// <summary>What it takes to go on with an answer when everybody who knew of it is gone.</summary>
/// <param name="Command">What was asked, with the tokens that were out then; without embeddings.</param>
/// <param name="At">When: the time that the command has left counts from there.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.StoredAnswer")]
internal sealed record StoredAnswer(GenerateCommand Command, DateTimeOffset At);
