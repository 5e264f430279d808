using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VisionCluster.Fakes;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Images;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Tests;

public sealed class RemoteImageTests : IAsyncLifetime
{
    private WebApplication _site = null!;
    private string _root = "";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _site = builder.Build();
        _site.MapGet("/ok", () => Results.Bytes(Requests.Picture()));
        _site.MapGet("/hop/{n:int}", (int n) => Results.Redirect(n == 0 ? "/ok" : $"/hop/{n - 1}"));
        _site.MapGet("/away", () => Results.Redirect("http://169.254.169.254/latest/meta-data"));
        _site.MapGet("/large", async (HttpContext c) =>
        {
            for (var i = 0; i < 64; i++)
                await c.Response.Body.WriteAsync(new byte[64 << 10]);
        });
        _site.MapGet("/never", (HttpContext c) => Task.Delay(Timeout.Infinite, c.RequestAborted));
        await _site.StartAsync();
        _root = _site.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Theory]
    [InlineData("/ok")]
    [InlineData("/hop/2")]
    public async Task Fetch_AllowedHost_ReturnsTheBytes(string path) =>
        Assert.Equal(Requests.Picture(), await FetchAsync(Fetcher(), path));

    [Theory]
    [InlineData("/hop/3", "redirects")]
    [InlineData("/away", "does not fetch")]
    [InlineData("/large", "larger than")]
    [InlineData("/missing", "404")]
    [InlineData("/never", "within")]
    public async Task Fetch_BadAnswer_SaysWhatToChange(string path, string says)
    {
        var e = await Assert.ThrowsAsync<RequestException>(() => FetchAsync(Fetcher(), path));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_PrivateAddressOfAllowedHost_IsRefused()
    {
        var fetcher = Fetcher(o => o.AllowedNetworks.Clear());
        var e = await Assert.ThrowsAsync<RequestException>(() => FetchAsync(fetcher, "/ok"));
        Assert.DoesNotContain("127.0.0.1", e.Message, StringComparison.Ordinal);
    }

    private Task<byte[]> FetchAsync(RemoteImageFetcher fetcher, string path) =>
        fetcher.FetchAsync(_root + path, "url", default).Within("the fetch ends");

    private static RemoteImageFetcher Fetcher(Action<RemoteImageOptions>? change = null)
    {
        var options = new GatewayOptions();
        options.Limits.Image = options.Limits.Image with { MaxBytes = 1 << 20 };
        options.RemoteImages.AllowedHosts.Add("127.0.0.1");
        options.RemoteImages.AllowedNetworks.Add("127.0.0.0/8");
        options.RemoteImages.AllowHttp = true;
        options.RemoteImages.MaxRedirects = 3;
        options.RemoteImages.Timeout = TimeSpan.FromSeconds(2);
        change?.Invoke(options.RemoteImages);
        return new RemoteImageFetcher(Microsoft.Extensions.Options.Options.Create(options));
    }
}
