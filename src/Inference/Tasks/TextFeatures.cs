namespace VisionCluster.Inference.Tasks;

/// <summary>What a text encoder says about a text.</summary>
/// <param name="Values">Feature vector; the manifest names its parts.</param>
/// <param name="Tokens">Tokens of the text, without padding.</param>
public sealed record TextFeatures(float[] Values, int Tokens);
