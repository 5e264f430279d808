namespace VisionCluster.Faults.Tests.Processes;

/// <summary>A database in which a cluster's processes find each other.</summary>
internal interface IStoreServer : IAsyncDisposable
{
    /// <summary>What tells a silo or gateway to use it.</summary>
    string[] Arguments { get; }
}
