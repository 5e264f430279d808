using Grpc.Core;
using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Errors;

namespace VisionCluster.Gateway.Generation;

/// <summary>An answer that has not begun needs another revision of its model than the one it was prepared for.</summary>
/// <param name="bound">The session's own revision; null when the one that was meant has left the cluster.</param>
internal sealed class RevisionMovedException(SessionRevision? bound) : RequestException(
    StatusCode.Unavailable, "The model's revisions are changing; try again.", TimeSpan.FromSeconds(1))
{
    public SessionRevision? Bound { get; } = bound;
}
