using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using VisionCluster.Clustering.Security;

namespace VisionCluster.Clustering.Tests;

public sealed class ConnectionSecretTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _limit = new(Patience);

    [Fact]
    public async Task SameSecret_BothEndsGoOn_AndNothingOfTheNextBytesIsEaten()
    {
        var pair = PipePair.Create();
        var secret = new ConnectionSecret("the secret of this cluster");
        await Task.WhenAll(secret.RunAsync(pair.Client, false, _limit.Token), secret.RunAsync(pair.Server, true, _limit.Token));

        await pair.Client.Output.WriteAsync("hello"u8.ToArray());
        Assert.Equal("hello"u8.ToArray(), (await pair.Server.Input.ReadAsync()).Buffer.ToArray());
    }

    [Fact]
    public async Task OtherSecret_BothEndsRefuse()
    {
        var pair = PipePair.Create();
        var client = new ConnectionSecret("the secret of this cluster").RunAsync(pair.Client, false, _limit.Token);
        var server = new ConnectionSecret("the secret of another one").RunAsync(pair.Server, true, _limit.Token);

        await Assert.ThrowsAsync<CryptographicException>(() => client);
        await Assert.ThrowsAsync<CryptographicException>(() => server);
    }

    [Fact]
    public async Task PeerThatPlaysEverythingBack_IsRefused()
    {
        var pair = PipePair.Create();
        var server = new ConnectionSecret("the secret of this cluster").RunAsync(pair.Server, true, _limit.Token);
        var echo = EchoAsync(pair.Client);

        await Assert.ThrowsAsync<CryptographicException>(() => server);
        await pair.Server.Output.CompleteAsync();
        await echo;
    }

    [Fact]
    public async Task PeerThatHangsUp_IsRefused()
    {
        var pair = PipePair.Create();
        await pair.Client.Output.WriteAsync(new byte[10]);
        await pair.Client.Output.CompleteAsync();

        await Assert.ThrowsAsync<EndOfStreamException>(
            () => new ConnectionSecret("the secret of this cluster").RunAsync(pair.Server, true, _limit.Token));
    }

    [Fact]
    public async Task PeerThatSaysNothing_IsGivenUp()
    {
        using var now = new CancellationTokenSource();
        var server = new ConnectionSecret("the secret of this cluster").RunAsync(PipePair.Create().Server, true, now.Token);
        Assert.False(server.IsCompleted);
        await now.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server);
    }

    private static async Task EchoAsync(IDuplexPipe pipe)
    {
        while (true)
        {
            var read = await pipe.Input.ReadAsync();
            await pipe.Output.WriteAsync(read.Buffer.ToArray());
            pipe.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return;
        }
    }
}
