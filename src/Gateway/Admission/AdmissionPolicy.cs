namespace VisionCluster.Gateway.Admission;

/// <summary>Whether a request may join what waits.</summary>
internal static class AdmissionPolicy
{
    private const double DeadlineMargin = 1.5; // an answer that comes a little too late is work for nothing

    private const int KeptPart = 8; // of the waiting places: for tenants below their share

    /// <param name="load">As reported.</param>
    /// <param name="unseen">Let in here, and not yet in the reports.</param>
    /// <param name="unseenFactor">What all gateways have let in since the reports, for each that this one has; at least 1.</param>
    /// <param name="request">To judge.</param>
    /// <param name="maxQueueTime">Longest time to the first token.</param>
    /// <param name="expected">Expected time to the first token.</param>
    public static AdmissionVerdict Judge(
        ModelLoad load,
        IEnumerable<AdmissionTicket> unseen,
        double unseenFactor,
        AdmissionRequest request,
        TimeSpan maxQueueTime,
        out TimeSpan expected)
    {
        var estimate = new WaitEstimate(load, request);
        foreach (var queued in load.Queue)
        {
            var cost = new RequestCost(queued.PromptTokens, queued.OutputTokens, queued.Patches);
            estimate.Add(queued.Tenant, queued.Weight, queued.Priority, queued.Requests, cost);
        }

        foreach (var ticket in unseen)
        {
            var admitted = ticket.Request;
            if (admitted.Model.Key == request.Model.Key)
                estimate.Add(admitted.Tenant, admitted.Weight, admitted.Priority, unseenFactor, admitted.Cost.Times(unseenFactor));
        }

        expected = estimate.ToFirstToken();
        // An idle device is tried: by rates of a bad moment it might be refused for ever, since only work measures them anew.
        var isIdle = load.Running == 0 && estimate.Requests == 0;
        if (!isIdle && request.TimeLeft is { } left && (expected + estimate.Answering()) * DeadlineMargin > left)
            return AdmissionVerdict.Deadline;
        if (expected > maxQueueTime)
            return AdmissionVerdict.Backlog;
        return HasPlace(load, estimate) ? AdmissionVerdict.Admitted : AdmissionVerdict.Waiting;
    }

    /// <summary>The engine's own bound, and as long as little of it is left, the tenant's share of it.</summary>
    private static bool HasPlace(ModelLoad load, in WaitEstimate estimate)
    {
        var most = load.MaxWaiting + load.SlotsOpen;
        if (load.MaxWaiting == 0 || estimate.Requests < most - (load.MaxWaiting / KeptPart))
            return true;
        return estimate.Requests < most && estimate.OwnRequests < most * estimate.Share / 2;
    }
}
