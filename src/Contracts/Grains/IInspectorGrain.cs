namespace VisionCluster.Contracts.Grains;

/// <summary>Looks into one model on one device; its key is an <see cref="EncoderKey"/>, and it lives on that device's silo.</summary>
[Alias("visioncluster.IInspectorGrain")]
public interface IInspectorGrain : IGrainWithStringKey
{
    /// <summary>What was asked for, in pieces of at most 1 MiB or so.</summary>
    [Alias("Inspect"), ResponseTimeout("00:10:00")]
    IAsyncEnumerable<InspectItem> Inspect(InspectCommand command, CancellationToken cancellationToken = default);
}
