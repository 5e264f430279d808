namespace VisionCluster.Models.Compilation;

/// <summary>The vision side of a vision-language model: tower and connector.</summary>
public sealed record EncoderManifest
{
    /// <summary>Width of an image token: the decoder's hidden size.</summary>
    public required int EmbeddingSize { get; init; }

    public required int PatchSize { get; init; }

    /// <summary>Patches along one side of the position table.</summary>
    public required int Side { get; init; }

    /// <summary>s of the pixel shuffle: s × s patches become one image token. 1 without one.</summary>
    public int Shuffle { get; init; } = 1;

    /// <summary>Image tokens of a tile, whatever its shape; null where the shape decides (s × s patches each).</summary>
    public int? TokensPerTile { get; init; }

    /// <summary>The tower takes tiles of Side × PatchSize pixels only; otherwise of any shape, each patch with its position.</summary>
    public bool FixedSize { get; init; }

    /// <summary>The graph takes a mask of real patches: images of a batch may be padded (Idefics2).</summary>
    public bool PatchMask { get; init; }

    /// <summary>The placeholder's id in a prompt.</summary>
    public required int ImageTokenId { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int HiddenSize { get; init; }

    /// <summary>Whether hidden states begin with a class token, before the patches.</summary>
    public bool ClassToken { get; init; }
}
