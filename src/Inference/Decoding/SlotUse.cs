namespace VisionCluster.Inference.Decoding;

/// <summary>What a KV slot is doing.</summary>
internal enum SlotUse : byte
{
    Free,

    /// <summary>Kept for a session until somebody needs the room.</summary>
    Idle,

    /// <summary>A prompt is being prefilled; never evicted.</summary>
    Prefill,

    /// <summary>A row of the running batch; never evicted.</summary>
    Decode,
}
