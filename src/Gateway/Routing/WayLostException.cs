namespace VisionCluster.Gateway.Routing;

/// <summary>
/// There may be no answer: a silo died that the call may have gone through on its way to another, which lives. Repeating it harms nobody.
/// </summary>
internal sealed class WayLostException() : Exception("A silo died, and perhaps the call with it.");
