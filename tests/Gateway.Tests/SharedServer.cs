using VisionCluster.Fakes;

namespace VisionCluster.Gateway.Tests;

/// <summary>A server for the tests of one class that leave nothing behind.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.StartAsync(new FakeModelHost());

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
