using Orleans.Runtime;

namespace VisionCluster.Grains.Directory;

/// <summary>As this silo's copy of the membership table says.</summary>
internal sealed class MembershipLiveSilos(IClusterMembershipService membership) : ILiveSilos
{
    private ClusterMembershipSnapshot? _snapshot;
    private HashSet<string> _addresses = [];

    public IReadOnlySet<string> Addresses
    {
        get
        {
            var current = membership.CurrentSnapshot;
            if (!ReferenceEquals(current, _snapshot))
            {
                _addresses = [.. current.Members.Values
                    .Where(m => m.Status is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping)
                    .Select(m => m.SiloAddress.ToParsableString())];
                _snapshot = current;
            }

            return _addresses;
        }
    }
}
