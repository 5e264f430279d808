namespace VisionCluster.Gateway.Routing;

/// <summary>What this gateway has sent to a device since its report.</summary>
/// <param name="Answers">Generations.</param>
/// <param name="PromptTokens">Of them, less what the device is expected to hold already.</param>
internal readonly record struct SentWork(int Answers, double PromptTokens)
{
    public SentWork With(int answers, double promptTokens) => new(Math.Max(0, Answers + answers), Math.Max(0, PromptTokens + promptTokens));
}
