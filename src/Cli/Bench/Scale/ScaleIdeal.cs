namespace VisionCluster.Cli.Bench.Scale;

/// <summary>
/// What a device would do if the cluster took no time: always as many rows as it has users, and never idle. In the time that each of its users
/// gets one answer, the device prefills and encodes once for each of them and runs as many steps as an answer has tokens.
/// </summary>
internal static class ScaleIdeal
{
    /// <summary>Tokens a second of one device, for answers like those that came.</summary>
    public static double TokensPerSecond(ScalePlan plan, IReadOnlyCollection<ScaleAnswer> answers)
    {
        if (answers.Count == 0)
            return double.NaN;
        var cost = plan.Model.Cost;
        var context = answers.Average(answer => answer.PromptTokens) + (plan.OutputTokens / 2.0);
        var prefill = cost.Prefill(1) * answers.Average(answer => answer.NewPromptTokens);
        var encode = cost.Encode(1, plan.Model.ImageTokens) * answers.Average(answer => answer.ImagesEncoded);
        var steps = cost.Decode(plan.Rows, (long)(plan.Rows * context)) * (plan.OutputTokens - 1); // a prompt's last chunk gives the first
        return plan.Rows * plan.OutputTokens / (steps + ((prefill + encode) * plan.Rows)).TotalSeconds;
    }
}
