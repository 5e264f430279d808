namespace VisionCluster.Inference.Encoding;

/// <summary>What waits for an encoder, and how fast it goes. Figures are 0 until something was measured.</summary>
/// <param name="PatchesPerSecond">Of 16 by 16 pixels, while the encoder runs.</param>
/// <param name="PatchesPerImage">Of recent images, tiles included.</param>
/// <param name="TokensPerImage">Image tokens of recent images.</param>
/// <param name="Waiting">Patches that wait, by tenant, in no order.</param>
public sealed record EncoderLoad(
    double PatchesPerSecond, double PatchesPerImage, double TokensPerImage, IReadOnlyList<(WorkOwner Owner, long Patches)> Waiting);
