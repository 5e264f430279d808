namespace VisionCluster.Gateway.Routing;

/// <summary>There will be no answer: the silo that was called is dead. It may have begun with the call.</summary>
internal sealed class SiloLostException() : TimeoutException("The silo is dead.");
