namespace VisionCluster.Models.Tokenization.PreTokenizers;

/// <summary>Where Metaspace puts its mark before text that has none.</summary>
internal enum PrependScheme
{
    /// <summary>Before every piece.</summary>
    Always,

    /// <summary>Before the piece at the very start of the input.</summary>
    First,

    Never,
}
