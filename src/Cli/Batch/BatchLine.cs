namespace VisionCluster.Cli.Batch;

/// <summary>A line of the input.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Text">The line.</param>
/// <param name="Id">What its reply is called: a digest of the line and of how often it came before, the same in every run.</param>
internal sealed record BatchLine(int Number, string Text, string Id);
