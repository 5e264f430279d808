namespace VisionCluster.Cli.Bench.Scale;

/// <summary>Which conversations of a <see cref="ScaleLoad"/> begin with a picture.</summary>
internal enum ScalePictures
{
    /// <summary>A quarter with one that nobody has sent before, a quarter with one of a few that everybody sends.</summary>
    Mixed,

    None,

    /// <summary>Each with one that nobody has sent before: against <see cref="None"/> this says what a picture costs.</summary>
    New,
}
