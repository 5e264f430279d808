using Microsoft.Extensions.Options;
using VisionCluster.Gateway.Auth;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Validate_Defaults_AreValid() => Assert.True(new GatewayOptionsValidator().Validate(null, new GatewayOptions()).Succeeded);

    [Fact]
    public async Task Start_SeveralErrors_NamesThemAll()
    {
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => TestServer.StartAsync(gateway: o =>
        {
            o.GrpcPort = -1;
            o.Admission.MaxGenerations = 0;
            o.Routing.PrefixEntries = -1;
            o.Routing.MaxImbalance = double.NaN;
            o.RemoteImages.AllowedHosts.Add("not a host");
            o.RemoteImages.AllowedNetworks.Add("everywhere");
            o.Auth.ApiKeys.Add(new ApiKeyOptions { Key = "short", Tenant = "a/b" });
        }));

        foreach (var part in new[]
        {
            "GrpcPort", "Admission.MaxGenerations", "Routing.PrefixEntries", "Routing.MaxImbalance", "'not a host'", "'everywhere'", "ApiKeys[0].Key must have at least 16", "'a/b'",
        })
        {
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("'short'", e.Message, StringComparison.Ordinal);
    }
}
