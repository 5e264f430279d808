using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Runtime.Services;
using VisionCluster.Contracts.Grains;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Grains.Decoding;

/// <summary>Fetches the KV of answers that come from another silo. Copying costs a fraction of prefilling; where it does not, time is up.</summary>
internal sealed class KvCarrier(IServiceProvider services, TimeProvider time, ILogger<KvCarrier> logger)
    : GrainServiceClient<IKvHandOver>(services)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <returns>Null when it is gone or does not come in time: what it holds is prefilled again. Never throws.</returns>
    public async Task<CarriedKv?> FetchAsync(KvTicket? ticket)
    {
        if (ticket is null)
            return null;
        try
        {
            return await FetchAllAsync(ticket).WaitAsync(Patience, time);
        }
        catch (Exception e)
        {
            logger.KvNotFetched(ticket.Silo, ticket.Bytes, e.Message);
            return null;
        }
    }

    private async Task<CarriedKv?> FetchAllAsync(KvTicket ticket)
    {
        var service = GetGrainService(SiloAddress.FromParsableString(ticket.Silo));
        var blocks = new List<byte[]>();
        while (await service.Take(ticket.Id, blocks.Count) is { } part)
        {
            blocks.AddRange(part.Blocks);
            if (part.IsLast)
                return new CarriedKv(part.Format, part.Tokens, part.Digest, blocks);
        }
        return null;
    }
}
