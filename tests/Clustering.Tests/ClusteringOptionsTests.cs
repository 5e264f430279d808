namespace VisionCluster.Clustering.Tests;

public sealed class ClusteringOptionsTests
{
    [Fact]
    public void Defaults_AreValid() => Assert.Empty(new ClusteringOptions().Errors());

    [Fact]
    public void EveryErrorIsReportedAtOnce_WithoutSecrets()
    {
        var options = new ClusteringOptions
        {
            ClusterId = "",
            Store = ClusterStore.Redis,
            AdvertisedAddress = "nowhere",
            ProbeTimeout = TimeSpan.Zero,
            MissedProbes = 1,
            ResponseTimeout = TimeSpan.Zero,
            MaxMessageBytes = 1,
            Secret = "too short",
        };
        options.LocalGatewayPorts.Add(0);
        options.Tls.KeyPath = "/no/such/file";

        var errors = options.Errors().ToArray();

        foreach (var name in new[]
        {
            "ClusterId", "Redis", "AdvertisedAddress", "LocalGatewayPorts", "ProbeTimeout", "MissedProbes", "ResponseTimeout",
            "MaxMessageBytes", "Secret", "Tls.CertificatePath", "Tls.KeyPath", "Tls.AuthorityPath",
        })
        {
            Assert.Contains(errors, error => error.StartsWith("Cluster." + name, StringComparison.Ordinal));
        }

        Assert.Equal(12, errors.Length);
        Assert.DoesNotContain(errors, error => error.Contains("too short", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ClusterStore.Postgres, false, "Cluster.Postgres")]
    [InlineData(ClusterStore.Local, true, "Cluster.Kubernetes")]
    [InlineData((ClusterStore)7, false, "Cluster.Store")]
    public void StoreWithoutItsNeeds_IsAnError(ClusterStore store, bool kubernetes, string start) =>
        Assert.StartsWith(start, Assert.Single(new ClusteringOptions { Store = store, Kubernetes = kubernetes }.Errors()), StringComparison.Ordinal);
}
