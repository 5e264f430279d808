namespace VisionCluster.Gateway.Routing;

/// <summary>How the gateway chooses devices for answers.</summary>
public sealed class RoutingOptions
{
    /// <summary>
    /// Beginnings of prompts (blocks of 256 characters, and pictures) of which the gateway remembers where it sent them, as hashes; about 200
    /// bytes each. 0: devices are chosen by load alone. Default 65,536.
    /// </summary>
    public int PrefixEntries { get; set; } = 65_536;

    /// <summary>
    /// How much fuller than the emptiest device, in parts of its slots, one may be and still be preferred for what it holds of a prompt.
    /// Default 0.5.
    /// </summary>
    public double MaxImbalance { get; set; } = 0.5;
}
