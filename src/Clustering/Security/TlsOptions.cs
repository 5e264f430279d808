namespace VisionCluster.Clustering.Security;

/// <summary>TLS between the processes of a cluster, both sides with a certificate of the cluster's own authority.</summary>
public sealed class TlsOptions
{
    /// <summary>PEM file with this process's certificate; on when set. Default none.</summary>
    public string CertificatePath { get; set; } = "";

    /// <summary>PEM file with its private key.</summary>
    public string KeyPath { get; set; } = "";

    /// <summary>PEM file with the authority that signed the certificates of the whole cluster; others are not trusted.</summary>
    public string AuthorityPath { get; set; } = "";

    public bool IsOn => CertificatePath.Length > 0;

    internal IEnumerable<string> Errors()
    {
        if (!IsOn && KeyPath.Length + AuthorityPath.Length == 0)
            yield break;
        foreach (var (name, path) in new[]
        {
            (nameof(CertificatePath), CertificatePath), (nameof(KeyPath), KeyPath), (nameof(AuthorityPath), AuthorityPath),
        })
        {
            if (!File.Exists(path))
                yield return $"Cluster.Tls.{name} must be a file; it is '{path}'.";
        }
    }
}
