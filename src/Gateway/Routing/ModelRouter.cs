using Grpc.Core;
using Microsoft.Extensions.Options;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Routing;

/// <summary>Finds the model that a request means.</summary>
internal sealed class ModelRouter(DirectoryWatcher directory, IOptions<GatewayOptions> options)
{
    private const char RevisionMark = '@';

    /// <summary>Name of the default model; empty while none is known.</summary>
    public string DefaultModel => options.Value.DefaultModel is { Length: > 0 } configured
        ? configured
        : directory.Current.All.FirstOrDefault(m => m.Generates)?.Name ?? "";

    /// <summary>Whether a request asks for one revision, as in <c>name@digits</c>, rather than for the one that serves.</summary>
    public static bool NamesRevision(string name) => name.Contains(RevisionMark);

    /// <param name="name">A model, or <c>model@revision</c> with the revision's first digits. Empty = the default, or any where none generates.</param>
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

    /// <summary>The model for a task; without a name the default if it has the task, else the first by name that has it.</summary>
    /// <exception cref="RequestException">Unknown, without the task (UNIMPLEMENTED), or nobody serves.</exception>
    public async Task<ServedModel> FindAsync(string name, string task, CancellationToken cancellationToken)
    {
        if (name.Length > 0)
        {
            var named = await FindAsync(name, cancellationToken);
            return named.Has(task) ? named : throw new RequestException(
                StatusCode.Unimplemented, $"model: '{named.Name}' has no task '{task}'; its tasks are: {string.Join(", ", named.Description.Tasks)}.");
        }

        if (Find(name) is { } standard && standard.Has(task))
            return standard;
        if (FirstWith(task) is { } first)
            return first;
        await directory.RefreshAsync(cancellationToken);
        if (directory.Current.IsEmpty)
            throw RequestException.Unavailable("No model is being served yet; try again in a moment.");
        var tasks = directory.Current.All.SelectMany(m => m.Description.Tasks).Distinct();
        return FirstWith(task) ?? throw new RequestException(
            StatusCode.Unimplemented, $"model: no model here has the task '{task}'; what they have together: {string.Join(", ", tasks)}.");
    }

    private ServedModel? FirstWith(string task) => directory.Current.All.FirstOrDefault(m => m.Has(task));

    private ServedModel? Find(string name) => NamesRevision(name)
        ? directory.Current.FindByDigits(name[..name.LastIndexOf(RevisionMark)], name[(name.LastIndexOf(RevisionMark) + 1)..])
        : name.Length > 0 ? directory.Current.Find(name)
        : DefaultModel is { Length: > 0 } standard ? directory.Current.Find(standard) : directory.Current.All.FirstOrDefault();
}
