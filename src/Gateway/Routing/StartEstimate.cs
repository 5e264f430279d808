using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Routing;

/// <summary>What to expect of an answer's start on a device.</summary>
/// <param name="Seconds">Until the first token, and what it costs to be one more among many; for comparing devices.</param>
/// <param name="Occupancy">Answers that run, wait or are on their way there, in parts of its slots.</param>
internal readonly record struct StartEstimate(double Seconds, double Occupancy)
{
    private const double OwnPrefill = 1.5; // it takes the device's time from what comes next, too

    /// <param name="report">The device's.</param>
    /// <param name="rates">For what it has not measured.</param>
    /// <param name="sent">What it was sent since the report.</param>
    /// <param name="promptTokens">To be prefilled there.</param>
    /// <param name="priority">What waits with a lower one does not go first.</param>
    public static StartEstimate Of(ModelReport report, DeviceRates rates, SentWork sent, double promptTokens, int priority)
    {
        var load = report.Load;
        var (waitingPrompt, waitingOutput, patches) = (sent.PromptTokens, sent.Answers * rates.OutputTokens, 0.0);
        foreach (var queued in load.Queue)
        {
            if (queued.Priority < priority)
                continue;
            waitingPrompt += queued.PromptTokens;
            waitingOutput += queued.OutputTokens;
            patches += queued.Patches;
        }

        var occupancy = (report.Running + report.Waiting + sent.Answers) / (double)Math.Max(1, report.KvSlots);
        var isFull = load.MaxWaiting > 0
            && (report.Waiting + sent.Answers >= load.SlotsOpen || sent.PromptTokens + promptTokens > load.KvTokensFree);
        // Answers half-way through, on average. While slots are open they delay no first token, but share the device with it: they count by
        // how many they are. Without an open slot they must end first.
        var answers = ((report.Running * rates.OutputTokens / 2) + waitingOutput) / rates.DecodeTokensPerSecond(load);
        var seconds = ((waitingPrompt + (OwnPrefill * promptTokens)) / rates.PrefillTokensPerSecond(load))
            + (patches / rates.PatchesPerSecond(load))
            + (answers * (isFull ? 1 : Math.Min(1, occupancy)));
        return new StartEstimate(seconds, occupancy);
    }
}
