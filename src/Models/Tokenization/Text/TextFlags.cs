namespace VisionCluster.Models.Tokenization.Text;

/// <summary>What a character of normalised text remembers of where it came from.</summary>
[Flags]
internal enum TextFlags : byte
{
    None = 0,

    /// <summary>A user wrote it, so it cannot be part of a special token.</summary>
    User = 1,

    /// <summary>It comes from the very first character of the whole input (Metaspace's <c>first</c> scheme asks).</summary>
    Start = 2,
}
