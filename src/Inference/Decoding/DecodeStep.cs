namespace VisionCluster.Inference.Decoding;

/// <summary>What the engine's thread does next.</summary>
internal enum DecodeStep
{
    /// <summary>Nothing to run: wait.</summary>
    None,

    /// <summary>One chunk of one prompt.</summary>
    Prefill,

    /// <summary>One token for every row.</summary>
    Decode,

    /// <summary>Both in one run.</summary>
    Mixed,
}
