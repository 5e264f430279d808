using VisionCluster.Clustering;
using VisionCluster.Silo;

namespace VisionCluster.Grains.Tests;

public sealed class SiloOptionsTests
{
    [Fact]
    public void Errors_Defaults_None() => Assert.Empty(new SiloOptions().Errors());

    [Theory]
    [InlineData(ClusterStore.Local)]
    [InlineData(ClusterStore.Postgres)]
    public void Errors_KeepsAnswersWithoutRedis_SaysWhatIsMissing(ClusterStore store)
    {
        var options = new SiloOptions { Cluster = { Store = store, Postgres = "Host=db" } };
        options.Decoder.StoredAnswerAge = TimeSpan.FromMinutes(1);

        Assert.Equal(
            $"SiloOptions.Decoder.StoredAnswerAge and StoredEmbeddingAge need Cluster.Store Redis; it is {store}.", Assert.Single(options.Errors()));
    }

    [Fact]
    public void Errors_AgesOutOfRange_NamesEach()
    {
        var options = new SiloOptions { Cluster = { Store = ClusterStore.Redis, Redis = "redis:6379" } };
        options.Decoder.StoredAnswerAge = TimeSpan.FromDays(2);
        options.Decoder.StoredEmbeddingAge = TimeSpan.FromSeconds(-1);

        Assert.Equal(
            [
                "SiloOptions.DecoderOptions.StoredAnswerAge must be zero to 1 day; it is 2.00:00:00.",
                "SiloOptions.DecoderOptions.StoredEmbeddingAge must be zero to 30 days; it is -00:00:01.",
            ],
            options.Errors());
    }
}
