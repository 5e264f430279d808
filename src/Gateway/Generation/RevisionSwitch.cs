using Grpc.Core;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Images;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Generation;

/// <summary>
/// Finds the revision for a turn that was prepared for the wrong one: the session's own while it is served, else the serving one, with the
/// session's pictures named anew.
/// </summary>
internal sealed class RevisionSwitch(ModelRouter router, DirectoryWatcher directory, ImageIngest ingest)
{
    /// <param name="tenant">Whose session.</param>
    /// <param name="name">The model as the request names it.</param>
    /// <param name="model">What was tried.</param>
    /// <param name="bound">The session's revision; null when the one that was tried has gone.</param>
    /// <param name="stop">The caller left, or a deadline passed.</param>
    /// <exception cref="RequestException">There is none.</exception>
    public async Task<RevisionRoute> NextAsync(string tenant, string name, ServedModel model, SessionRevision? bound, CancellationToken stop)
    {
        await directory.RefreshAsync(stop);
        if (bound is null)
            return new RevisionRoute(await router.FindAsync(name, stop));
        if (ModelRouter.NamesRevision(name))
        {
            throw new RequestException(
                StatusCode.FailedPrecondition,
                $"session_id: this session talks to revision {bound.Revision[..Math.Min(12, bound.Revision.Length)]}; name that, none, or another session.");
        }

        return directory.Current.Find(model.Name, bound.Revision) is { } own
            ? new RevisionRoute(own)
            : new RevisionRoute(model, bound.Revision, await RenameAsync(tenant, model, bound.ImageKeys, stop));
    }

    private async Task<Dictionary<string, string>> RenameAsync(string tenant, ServedModel model, string[] keys, CancellationToken stop)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            try
            {
                names[key] = (await ingest.IngestAsync(tenant, model, new Image { Key = key }, split: null, "session_id", stop)).Key;
            }
            catch (RequestException e) when (e.Status == StatusCode.NotFound)
            {
                throw new RequestException(
                    StatusCode.FailedPrecondition,
                    "session_id: the model revision of this session is no longer served, and its pictures are gone; send them again in a new session.");
            }
        }

        return names;
    }
}
