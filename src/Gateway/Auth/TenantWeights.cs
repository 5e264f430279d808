using Microsoft.Extensions.Options;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Auth;

/// <summary>What each tenant's share of the devices weighs against others'.</summary>
internal sealed class TenantWeights(IOptions<GatewayOptions> options)
{
    private readonly Dictionary<string, double> _weights = new(options.Value.Auth.TenantWeights, StringComparer.Ordinal);

    /// <summary>Whether there can be more than one tenant.</summary>
    public bool AreShared { get; } = options.Value.Auth.ApiKeys.Select(k => k.Tenant).Distinct().Count() > 1;

    public double Of(string tenant) => _weights.GetValueOrDefault(tenant, 1);
}
