using System.Buffers;
using System.IO.Pipelines;
using System.Security.Authentication;
using VisionCluster.Clustering.Security;

namespace VisionCluster.Clustering.Tests;

public sealed class TlsHandshakeTests : IDisposable
{
    private readonly TestAuthority _authority = new("ours");
    private readonly TestAuthority _stranger = new("theirs");
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task CertificatesOfOneAuthority_Connect_AndBytesGoBothWaysEncrypted()
    {
        var pair = PipePair.Create();
        var tls = TlsHandshake.Load(_authority.Options);
        var ends = await Task.WhenAll(tls.RunAsync(pair.Client, false, _limit.Token), tls.RunAsync(pair.Server, true, _limit.Token));

        var (sent, back) = (new byte[100_000], "and back"u8.ToArray());
        Random.Shared.NextBytes(sent);
        var reading = ReadAsync(ends[1].Input, sent.Length);
        await ends[0].Output.WriteAsync(sent);
        Assert.Equal(sent, await reading);
        await ends[1].Output.WriteAsync(back);
        Assert.Equal(back, await ReadAsync(ends[0].Input, back.Length));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CertificateOfAnotherAuthority_IsRefused(bool strangerIsServer)
    {
        var pair = PipePair.Create();
        var (ours, theirs) = (TlsHandshake.Load(_authority.Options), TlsHandshake.Load(_stranger.Options));
        var mine = ours.RunAsync(strangerIsServer ? pair.Client : pair.Server, !strangerIsServer, _limit.Token);
        var other = theirs.RunAsync(strangerIsServer ? pair.Server : pair.Client, strangerIsServer, _limit.Token);

        await Assert.ThrowsAsync<AuthenticationException>(() => mine);
        await _limit.CancelAsync(); // whatever the stranger still waits for
        await other.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task PeerWithoutTls_IsRefused()
    {
        var pair = PipePair.Create();
        var mine = TlsHandshake.Load(_authority.Options).RunAsync(pair.Server, true, _limit.Token);
        await pair.Client.Output.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());

        await Assert.ThrowsAnyAsync<Exception>(() => mine);
    }

    private static async Task<byte[]> ReadAsync(PipeReader input, int count)
    {
        var read = await input.ReadAtLeastAsync(count);
        var bytes = read.Buffer.ToArray();
        input.AdvanceTo(read.Buffer.End);
        return bytes;
    }
}
