namespace VisionCluster.Gateway.Admission;

/// <summary>What a request is expected to cost, in the units in which devices report what waits.</summary>
/// <param name="PromptTokens">Of text and pictures.</param>
/// <param name="OutputTokens">Of the answer.</param>
/// <param name="Patches">Of pictures that may have to be encoded, 16 by 16 pixels each.</param>
internal readonly record struct RequestCost(double PromptTokens, double OutputTokens, double Patches)
{
    public RequestCost Times(double factor) => new(PromptTokens * factor, OutputTokens * factor, Patches * factor);
}
