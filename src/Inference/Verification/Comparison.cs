namespace VisionCluster.Inference.Verification;

/// <summary>One expected tensor (or text) against ours.</summary>
/// <param name="Case">The golden case.</param>
/// <param name="Tensor">Its name in the golden file.</param>
/// <param name="Passed">Within tolerance (floats) or equal (ids, texts, masks).</param>
/// <param name="MaxAbsolute">Largest absolute error; 0 for ids.</param>
/// <param name="MaxRelative">Largest relative error; 0 for ids.</param>
/// <param name="Note">The first difference, or why nothing was compared.</param>
public sealed record Comparison(string Case, string Tensor, bool Passed, double MaxAbsolute, double MaxRelative, string Note);
