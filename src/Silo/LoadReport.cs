using VisionCluster.Contracts.Grains;
using VisionCluster.Inference;

namespace VisionCluster.Silo;

/// <summary>From a model's queues to what gateways need to know of them.</summary>
internal static class LoadReport
{
    public static DeviceLoad Of(IModelHost host)
    {
        var (engine, encoder) = (host.Decoder?.Load, host.EncoderLoad);
        if (engine is null && encoder is null)
            return DeviceLoad.None;
        var status = host.Decoder?.Status ?? default;
        var waiting = (engine?.Waiting ?? []).Select(w => new QueuedLoad(
            w.Owner.Tenant, w.Owner.Weight, w.Priority, w.Requests, w.PromptTokens, w.OutputTokens, 0));
        // Pictures have no priority: they count for everybody.
        var pictures = (encoder?.Waiting ?? []).Select(w => new QueuedLoad(w.Owner.Tenant, w.Owner.Weight, int.MaxValue, 0, 0, 0, w.Patches));
        return new DeviceLoad
        {
            SlotsOpen = status.SlotsFree + status.SlotsIdle,
            KvTokensFree = engine?.KvTokensFree ?? 0,
            MaxWaiting = engine?.MaxWaiting ?? 0,
            Submitted = engine?.Submitted ?? 0,
            PrefillTokensPerSecond = engine?.PrefillTokensPerSecond ?? 0,
            DecodeTokensPerSecond = engine?.DecodeTokensPerSecond ?? 0,
            MeanOutputTokens = engine?.MeanOutputTokens ?? 0,
            PatchesPerSecond = encoder?.PatchesPerSecond ?? 0,
            PatchesPerImage = encoder?.PatchesPerImage ?? 0,
            TokensPerImage = encoder?.TokensPerImage ?? 0,
            Queue = Shorten([.. waiting.Concat(pictures).OrderByDescending(WorkOf)]),
        };
    }

    /// <summary>Entries with the least work are summed up where there are too many. The most work comes first.</summary>
    internal static QueuedLoad[] Shorten(QueuedLoad[] sorted)
    {
        if (sorted.Length <= DeviceLoad.MaxQueueEntries)
            return sorted;
        var rest = sorted.AsSpan(DeviceLoad.MaxQueueEntries - 1);
        var sum = new QueuedLoad("", 0, int.MinValue, 0, 0, 0, 0);
        foreach (var load in rest)
        {
            sum = new QueuedLoad(
                "",
                sum.Weight + load.Weight,
                Math.Max(sum.Priority, load.Priority),
                sum.Requests + load.Requests,
                sum.PromptTokens + load.PromptTokens,
                sum.OutputTokens + load.OutputTokens,
                sum.Patches + load.Patches);
        }

        return [.. sorted.AsSpan(0, DeviceLoad.MaxQueueEntries - 1), sum];
    }

    private static long WorkOf(QueuedLoad load) => load.PromptTokens + load.OutputTokens + load.Patches;
}
