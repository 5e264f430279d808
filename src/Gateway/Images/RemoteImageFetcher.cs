using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Security.AntiSSRF;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Images;

/// <summary>
/// Fetches pictures from allow-listed hosts. AntiSSRF resolves once, refuses private and special addresses and dials the one it checked;
/// redirects are followed here, so that each meets the allow-list too. Bounded in bytes, time and redirects.
/// </summary>
internal sealed class RemoteImageFetcher : IDisposable
{
    private readonly RemoteImageOptions _options;
    private readonly int _maxBytes;
    private readonly HttpClient _client;
    private readonly SemaphoreSlim _fetches;

    public RemoteImageFetcher(IOptions<GatewayOptions> options)
    {
        (_options, _maxBytes) = (options.Value.RemoteImages, options.Value.Limits.Image.MaxBytes);
        var policy = new AntiSSRFPolicy(PolicyConfigOptions.ExternalOnlyLatest) { AllowPlainTextHttp = _options.AllowHttp };
        if (_options.AllowedNetworks.Count > 0)
            policy.AddAllowedAddresses([.. _options.AllowedNetworks]);
        var handler = policy.GetHandler();
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        _fetches = new SemaphoreSlim(_options.MaxFetches);
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public async Task<byte[]> FetchAsync(string url, string path, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.Timeout);
        using var activity = GatewayTrace.Fetch();
        try
        {
            var uri = Check(url, path);
            await _fetches.WaitAsync(limit.Token);
            try
            {
                return await FollowAsync(uri, path, limit.Token);
            }
            finally
            {
                _fetches.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw RequestException.Invalid($"{path}: the picture did not arrive within {_options.Timeout.TotalSeconds:0.#} s.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or AntiSSRFException)
        {
            throw RequestException.Invalid($"{path}: the picture could not be fetched; check the URL, or send the bytes.");
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _fetches.Dispose();
    }

    private async Task<byte[]> FollowAsync(Uri uri, string path, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var response = await _client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (IsRedirect(response.StatusCode) && response.Headers.Location is { } location)
            {
                if (redirects == _options.MaxRedirects)
                    throw RequestException.Invalid($"{path}: more than {_options.MaxRedirects} redirects; give the picture's own URL.");
                uri = Check(new Uri(uri, location).AbsoluteUri, path);
                continue;
            }

            if (!response.IsSuccessStatusCode)
                throw RequestException.Invalid($"{path}: the host answered {(int)response.StatusCode}; check the URL.");
            return await ReadAsync(response.Content, path, cancellationToken);
        }
    }

    private static bool IsRedirect(HttpStatusCode status) => status
        is HttpStatusCode.MovedPermanently
        or HttpStatusCode.Found
        or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect
        or HttpStatusCode.PermanentRedirect;

    private Uri Check(string url, string path)
    {
        if (url.Length > _options.MaxUrlChars)
            throw RequestException.Invalid($"{path}: the URL is longer than {_options.MaxUrlChars} characters.");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttps && !(uri.Scheme == Uri.UriSchemeHttp && _options.AllowHttp)))
        {
            var schemes = _options.AllowHttp ? "https:, http: or data:" : "https: or data:";
            throw RequestException.Invalid($"{path}: give a URL that starts with {schemes}.");
        }

        if (uri.UserInfo.Length > 0)
            throw RequestException.Invalid($"{path}: a URL must not hold a user name or password.");
        if (!_options.AllowedHosts.Any(h => Matches(h, uri.IdnHost)))
            throw RequestException.Invalid($"{path}: this server does not fetch from that host; send the picture's bytes.");
        return uri;
    }

    private static bool Matches(string allowed, string host) => allowed.StartsWith('.')
        ? host.EndsWith(allowed, StringComparison.OrdinalIgnoreCase)
        : host.Equals(allowed, StringComparison.OrdinalIgnoreCase);

    private async Task<byte[]> ReadAsync(HttpContent content, string path, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > _maxBytes)
            throw TooLarge(path);
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var buffer = new MemoryStream();
        var chunk = new byte[64 << 10];
        for (int read; (read = await stream.ReadAsync(chunk, cancellationToken)) > 0;)
        {
            if (buffer.Length + read > _maxBytes)
                throw TooLarge(path);
            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }

    private RequestException TooLarge(string path) =>
        RequestException.Invalid($"{path}: the picture is larger than {_maxBytes} bytes; use a smaller one.");
}
