using Grpc.Core;
using Microsoft.Extensions.Options;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Routing;

/// <summary>Finds the model that a request means.</summary>
internal sealed class ModelRouter(DirectoryWatcher directory, IOptions<GatewayOptions> options)
{
    /// <summary>Name of the default model; empty while none is known.</summary>
    public string DefaultModel => options.Value.DefaultModel is { Length: > 0 } configured
        ? configured
        : directory.Current.All.FirstOrDefault(m => m.Generates)?.Name ?? "";

    /// <param name="name">Empty = the default.</param>
    /// <param name="cancellationToken">Ends a wait for the directory.</param>
    /// <exception cref="RequestException">Unknown, or nobody serves.</exception>
    public async Task<ServedModel> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (Find(name) is { } known)
            return known;
        await directory.RefreshAsync(cancellationToken); // it may have been loaded a moment ago
        if (Find(name) is { } found)
            return found;
        if (directory.Current.IsEmpty || name.Length == 0 || name == options.Value.DefaultModel)
            throw RequestException.Unavailable("No model is being served yet; try again in a moment.");
        var names = string.Join(", ", directory.Current.All.Select(m => m.Name));
        throw new RequestException(StatusCode.NotFound, $"model: '{name}' is unknown; this server has: {names}.");
    }

    private ServedModel? Find(string name) => directory.Current.Find(name.Length > 0 ? name : DefaultModel);
}
