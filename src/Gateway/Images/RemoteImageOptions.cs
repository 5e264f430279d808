using System.Net;

namespace VisionCluster.Gateway.Images;

/// <summary>Whether and how pictures are fetched from http(s) URLs.</summary>
public sealed class RemoteImageOptions
{
    /// <summary>Hosts to fetch from: exact names, or <c>.example.com</c> for every name below. Default none: fetching is off.</summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Private networks that may be dialled, in CIDR form. Default none: public addresses only.</summary>
    public IList<string> AllowedNetworks { get; } = [];

    /// <summary>Take http:// beside https://. Default false.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>Fetches at once; more wait, within their time. Default 16.</summary>
    public int MaxFetches { get; set; } = 16;

    /// <summary>For the whole fetch, redirects included. Default 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Each must lead to an allowed host again. Default 3.</summary>
    public int MaxRedirects { get; set; } = 3;

    /// <summary>Longest http(s) URL. Default 2,048.</summary>
    public int MaxUrlChars { get; set; } = 2_048;

    internal IEnumerable<string> Errors()
    {
        foreach (var host in AllowedHosts.Where(h => Uri.CheckHostName(h.TrimStart('.')) == UriHostNameType.Unknown))
            yield return $"GatewayOptions.RemoteImages.AllowedHosts must hold host names; one is '{host}'.";
        foreach (var network in AllowedNetworks.Where(n => !IPNetwork.TryParse(n, out _)))
            yield return $"GatewayOptions.RemoteImages.AllowedNetworks must hold networks such as 10.0.0.0/8; one is '{network}'.";
    }
}
