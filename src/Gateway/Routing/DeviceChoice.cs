using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Routing;

/// <summary>A device for an answer.</summary>
/// <param name="Model">Of which the device is one.</param>
/// <param name="Device">The device.</param>
/// <param name="Reason">Why this one.</param>
/// <param name="Prompt">What it was chosen for.</param>
/// <param name="Hits">Where the prompt's beginning was.</param>
internal sealed record DeviceChoice(ServedModel Model, ModelDevice Device, ChoiceReason Reason, PromptPrefix Prompt, PrefixHits Hits)
{
    public DeviceTarget Target => new(Device.SiloAddress, Device.Report.Device);

    /// <summary>Tokens that the device should not have to prefill.</summary>
    public int HeldTokens => Hits.Of(Device);

    /// <summary>Tokens that a device would have to prefill.</summary>
    public int ToPrefill(ModelDevice device) => Hits.PromptTokens - Hits.Of(device);
}
