using System.Net;
using Orleans.Runtime;
using VisionCluster.Silo;

namespace VisionCluster.Grains.Tests;

public sealed class GatewayAddressTests
{
    [Fact]
    public void GatewayOf_Silo_IsWhatMembershipListsForClients()
    {
        var silo = new Details(
            SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11_111), 7),
            SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 30_000), 0)); // as Orleans has it

        var gateway = SiloAddress.FromParsableString(DirectoryReporter.GatewayOf(silo));

        var row = new MembershipEntry { SiloAddress = silo.SiloAddress, ProxyPort = 30_000 };
        Assert.Equal(SiloAddress.New(row.SiloAddress.Endpoint.Address, row.ProxyPort, row.SiloAddress.Generation), gateway);
    }

    [Fact]
    public void GatewayOf_SiloThatTakesNoClients_IsEmpty() =>
        Assert.Equal("", DirectoryReporter.GatewayOf(new Details(SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11_111), 7), null)));

    private sealed record Details(SiloAddress SiloAddress, SiloAddress? GatewayAddress) : ILocalSiloDetails
    {
        public string Name => "silo";

        public string ClusterId => "c";

        public string DnsHostName => "localhost";

        SiloAddress ILocalSiloDetails.GatewayAddress => GatewayAddress!;
    }
}
