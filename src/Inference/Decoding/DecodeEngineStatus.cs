namespace VisionCluster.Inference.Decoding;

/// <summary>Load of an engine.</summary>
/// <param name="Slots">KV slots.</param>
/// <param name="SlotsFree">Slots that hold nothing.</param>
/// <param name="SlotsIdle">Slots kept for idle sessions; given away when needed.</param>
/// <param name="Running">Generations that hold a slot.</param>
/// <param name="Waiting">Generations that wait for one.</param>
public readonly record struct DecodeEngineStatus(int Slots, int SlotsFree, int SlotsIdle, int Running, int Waiting);
