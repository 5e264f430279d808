using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Admission;

/// <summary>What admission looks at.</summary>
/// <param name="Model">Which it asks.</param>
/// <param name="Cost">Estimated.</param>
/// <param name="Tenant">Whose.</param>
/// <param name="Weight">The tenant's share against others'.</param>
/// <param name="Priority">Higher goes first.</param>
/// <param name="TimeLeft">Until its deadline; null without one.</param>
internal sealed record AdmissionRequest(ServedModel Model, RequestCost Cost, string Tenant, double Weight, int Priority, TimeSpan? TimeLeft);
