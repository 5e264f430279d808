namespace VisionCluster.Inference.Inspection;

/// <summary>Too many inspections wait.</summary>
public sealed class InspectionQueueFullException(TimeSpan retryAfter) : Exception("Too many inspections are waiting; retry later.")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
