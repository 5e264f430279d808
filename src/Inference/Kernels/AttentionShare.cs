namespace VisionCluster.Inference.Kernels;

/// <summary>Some tokens of one sequence and one key-value head: what a thread does at once.</summary>
/// <param name="Slot">The sequence's slot.</param>
/// <param name="Row">Where the first token is among all of the run.</param>
/// <param name="Position">Tokens before it in the slot.</param>
/// <param name="KvHead">The key-value head.</param>
/// <param name="Count">Tokens.</param>
/// <param name="IsAlone">The sequence has no other token in the run.</param>
internal readonly record struct AttentionShare(int Slot, int Row, int Position, int KvHead, int Count, bool IsAlone);
