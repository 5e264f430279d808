using VisionCluster.Clustering.Security;

namespace VisionCluster.Clustering;

/// <summary>What every process of a cluster has to agree on.</summary>
public sealed class ClusteringOptions
{
    /// <summary>Processes of other names are other clusters. Default "visioncluster".</summary>
    public string ClusterId { get; set; } = "visioncluster";

    /// <summary>Default <see cref="ClusterStore.Local"/>.</summary>
    public ClusterStore Store { get; set; }

    /// <summary>Redis connection string, such as <c>redis:6379,password=…,ssl=true</c>. Needed with <see cref="ClusterStore.Redis"/>.</summary>
    public string Redis { get; set; } = "";

    /// <summary>Npgsql connection string. Needed with <see cref="ClusterStore.Postgres"/>.</summary>
    public string Postgres { get; set; } = "";

    /// <summary>Takes names and addresses from the pod, and lets dead pods leave; needs a store other than local. Default false.</summary>
    public bool Kubernetes { get; set; }

    /// <summary>Address at which other processes reach this silo. Default 127.0.0.1.</summary>
    public string AdvertisedAddress { get; set; } = "127.0.0.1";

    /// <summary>With the local store: the <c>GatewayPort</c> of the silos on this machine that a gateway process connects to.</summary>
    public IList<int> LocalGatewayPorts { get; } = [];

    /// <summary>
    /// Time between two probes of another silo, and how long one may take. With <see cref="MissedProbes"/> it says how soon a dead silo is
    /// noticed, and how long a stall a living one survives. Default 500 ms.
    /// </summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Missed probes in a row that make a silo suspect. Default 3.</summary>
    public int MissedProbes { get; set; } = 3;

    /// <summary>How long a grain call may go unanswered. Default 15 s.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Largest grain message: a turn's embeddings together must fit. Default 256 MiB.</summary>
    public int MaxMessageBytes { get; set; } = 256 << 20;

    /// <summary>Known to every process of the cluster and to nobody else, at least 16 characters; without it a stranger is not let in. Default none.</summary>
    public string Secret { get; set; } = "";

    /// <summary>Encryption between the processes of the cluster. Default off.</summary>
    public TlsOptions Tls { get; } = new();

    /// <summary>Everything that is wrong, each with property and value; secrets without theirs.</summary>
    public IEnumerable<string> Errors()
    {
        if (ClusterId.Length == 0)
            yield return "Cluster.ClusterId must not be empty.";
        if (!Enum.IsDefined(Store))
            yield return $"Cluster.Store must be Local, Redis or Postgres; it is {(int)Store}.";
        if (Store == ClusterStore.Redis && Redis.Length == 0)
            yield return "Cluster.Redis must be set: the store is Redis.";
        if (Store == ClusterStore.Postgres && Postgres.Length == 0)
            yield return "Cluster.Postgres must be set: the store is Postgres.";
        if (Kubernetes && Store == ClusterStore.Local)
            yield return "Cluster.Kubernetes needs Store Redis or Postgres: pods do not share memory.";
        if (!System.Net.IPAddress.TryParse(AdvertisedAddress, out _))
            yield return $"Cluster.AdvertisedAddress must be an IP address; it is '{AdvertisedAddress}'.";
        foreach (var port in LocalGatewayPorts.Where(p => p is < 1 or > 65_535))
            yield return $"Cluster.LocalGatewayPorts must be 1 to 65535; one is {port}.";
        if (ProbeTimeout < TimeSpan.FromMilliseconds(50))
            yield return $"Cluster.ProbeTimeout must be at least 50 ms; it is {ProbeTimeout}.";
        if (MissedProbes is < 2 or > 100)
            yield return $"Cluster.MissedProbes must be 2 to 100; it is {MissedProbes}.";
        if (ResponseTimeout <= TimeSpan.Zero)
            yield return $"Cluster.ResponseTimeout must be above zero; it is {ResponseTimeout}.";
        if (MaxMessageBytes < 1 << 20)
            yield return $"Cluster.MaxMessageBytes must be at least 1 MiB; it is {MaxMessageBytes}.";
        if (Secret.Length is > 0 and < ConnectionSecret.MinChars)
            yield return $"Cluster.Secret must have at least {ConnectionSecret.MinChars} characters; it has {Secret.Length}.";
        foreach (var error in Tls.Errors())
            yield return error;
    }
}
