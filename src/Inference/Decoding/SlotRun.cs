namespace VisionCluster.Inference.Decoding;

/// <summary>One sequence's part of a run.</summary>
/// <param name="Slot">Its slot.</param>
/// <param name="Past">Tokens already in the slot.</param>
/// <param name="Tokens">Tokens that are appended, at least one.</param>
/// <param name="LogitRows">Of how many of the last of them logits are wanted; at most <see cref="IDecoderRunner.LogitRows"/>.</param>
public readonly record struct SlotRun(int Slot, int Past, int Tokens, int LogitRows);
