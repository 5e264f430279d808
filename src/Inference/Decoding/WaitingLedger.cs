using System.Runtime.InteropServices;

namespace VisionCluster.Inference.Decoding;

/// <summary>Sums of what waits, by tenant and priority; as many entries as generations wait, at most. Guard with the queue's lock.</summary>
internal sealed class WaitingLedger
{
    private readonly Dictionary<(string Tenant, int Priority), WaitingWork> _entries = [];

    public WaitingWork[] Entries => [.. _entries.Values];

    /// <param name="sequence">Begins to wait.</param>
    /// <param name="meanOutput">Tokens of recent answers, 0 if there were none: most answers end before their limit.</param>
    public void Add(SequenceState sequence, double meanOutput)
    {
        var left = sequence.MaxTokens - sequence.Generated;
        sequence.ForeseenOutput = meanOutput > 0 ? (int)Math.Min(left, Math.Ceiling(meanOutput)) : left;
        Change(sequence, 1);
    }

    public void Remove(SequenceState sequence) => Change(sequence, -1);

    private void Change(SequenceState sequence, int sign)
    {
        var request = sequence.Request;
        var key = (request.Tenant, request.Priority);
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, key, out _);
        entry = new WaitingWork(
            new WorkOwner(request.Tenant, request.TenantWeight),
            request.Priority,
            entry.Requests + sign,
            entry.PromptTokens + (sign * sequence.AskedTokens),
            entry.OutputTokens + (sign * sequence.ForeseenOutput));
        if (entry.Requests == 0)
            _entries.Remove(key);
    }
}
