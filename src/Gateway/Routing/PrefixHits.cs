namespace VisionCluster.Gateway.Routing;

/// <summary>Where a prompt's beginning is.</summary>
/// <param name="PromptTokens">The whole prompt, with a session's earlier turns as far as they are known.</param>
/// <param name="IsSession">The session's earlier turns are what is there.</param>
/// <param name="Places">Devices that hold some of it, with the tokens that may be expected there; null: none.</param>
internal sealed record PrefixHits(int PromptTokens, bool IsSession, Dictionary<(string Silo, string Device), int>? Places)
{
    public int Of(ModelDevice device) =>
        Places is not null && Places.TryGetValue((device.SiloAddress, device.Report.Device), out var tokens) ? Math.Min(tokens, PromptTokens) : 0;
}
