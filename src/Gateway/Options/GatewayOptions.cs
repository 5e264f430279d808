using VisionCluster.Gateway.Admission;
using VisionCluster.Gateway.Auth;
using VisionCluster.Gateway.Images;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Options;

/// <summary>Options of the front door, a section for each feature.</summary>
public sealed class GatewayOptions
{
    /// <summary>Address to listen on. Default 127.0.0.1: this machine only.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port of the gRPC endpoint (HTTP/2 without TLS); 0 = any free one. Default 5400.</summary>
    public int GrpcPort { get; set; } = 5400;

    /// <summary>
    /// Largest request message. Images travel inside it, so it bounds a request's pictures together: 64 MiB is three pictures of the
    /// largest size or thirty-two of 2 MiB; more go through UploadImage. Default 64 MiB.
    /// </summary>
    public int MaxMessageBytes { get; set; } = 64 << 20;

    /// <summary>Simultaneous calls of one connection. Default 256.</summary>
    public int MaxStreamsPerConnection { get; set; } = 256;

    /// <summary>Used when a request names no model. Default: the first by name that generates.</summary>
    public string DefaultModel { get; set; } = "";

    /// <summary>How often the device directory is read. Default 500 ms.</summary>
    public TimeSpan DirectoryInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    public RequestLimitsOptions Limits { get; } = new();

    public AdmissionOptions Admission { get; } = new();

    public RoutingOptions Routing { get; } = new();

    public ImageCacheOptions Images { get; } = new();

    public RemoteImageOptions RemoteImages { get; } = new();

    public FailoverOptions Failover { get; } = new();

    public AuthOptions Auth { get; } = new();

    /// <summary>Everything that is wrong, each with property and value.</summary>
    public IReadOnlyList<string> Errors() => [.. new GatewayOptionsValidator().Validate(null, this).Failures ?? []];
}
