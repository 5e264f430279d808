namespace VisionCluster.Gateway.Routing;

/// <summary>A device that prompts were sent to, and how much of what was expected there it still had. Guard with the map's lock.</summary>
internal sealed class PrefixPlace(string silo, string device)
{
    private const double Newest = 0.2;
    private const double Least = 0.05; // what is not expected is not looked for, and trust would never come back

    /// <summary>Address: a silo that restarts is another one.</summary>
    public string Silo { get; } = silo;

    public string Device { get; } = device;

    /// <summary>Recent part of the expected tokens that were found, from 0 to 1: a device with little room forgets what it was sent.</summary>
    public double Trust { get; private set; } = 1;

    public void Found(double part) => Trust = Math.Max(Least, Trust + (Newest * (Math.Clamp(part, 0, 1) - Trust)));
}
