namespace VisionCluster.Cli.Commands;

/// <summary>Poolings as the command line spells them; values of <see cref="Contracts.V1.Pooling"/>.</summary>
internal enum PoolingName
{
    Default,
    Cls,
    Mean,
    Pooled,
    Projection,
}
