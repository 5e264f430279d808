namespace VisionCluster.Cli.Batch;

/// <summary>A line is no request; its reply says why.</summary>
internal sealed class BatchLineException(string? customId, string code, string message) : Exception(message)
{
    public string? CustomId { get; } = customId;

    public string Code { get; } = code;
}
