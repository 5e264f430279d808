using VisionCluster.Contracts.Grains;
using VisionCluster.Shared;

namespace VisionCluster.Grains.Encoding;

/// <summary>Encodings under way on this silo, by image key: all gateways send one image to one silo, and this makes it one encoding.</summary>
internal sealed class EncodeFlights
{
    private readonly SingleFlight<string, EncodeReply> _flights = new();

    /// <returns>The reply; cached for those who joined.</returns>
    public async Task<EncodeReply> RunAsync(string key, Func<CancellationToken, Task<EncodeReply>> encode, CancellationToken cancellationToken)
    {
        var (reply, joined) = await _flights.RunAsync(key, encode, cancellationToken);
        return joined && reply.Embedding is not null ? reply with { Cached = true } : reply;
    }
}
