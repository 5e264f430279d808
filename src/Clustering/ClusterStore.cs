namespace VisionCluster.Clustering;

/// <summary>Where the processes of a cluster write down who belongs to it.</summary>
public enum ClusterStore
{
    /// <summary>In the memory of the first silo: one machine, for development.</summary>
    Local,

    /// <summary>In Redis, and conversations with it.</summary>
    Redis,

    /// <summary>In PostgreSQL, and conversations with it; <c>deploy/postgres/visioncluster.sql</c> creates the tables.</summary>
    Postgres,
}
