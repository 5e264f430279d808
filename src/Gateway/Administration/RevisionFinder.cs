using Grpc.Core;
using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Errors;

namespace VisionCluster.Gateway.Administration;

/// <summary>From what an operator writes to one revision.</summary>
internal static class RevisionFinder
{
    /// <param name="view">The cluster.</param>
    /// <param name="model">Its name.</param>
    /// <param name="digits">How the revision begins; empty if the model has only one.</param>
    /// <exception cref="RequestException">None, or several, are meant.</exception>
    public static string Find(DirectoryView view, string model, string digits)
    {
        var revisions = view.Silos.SelectMany(s => s.Models).Where(m => m.Name == model).Select(m => m.Revision).Distinct().Order().ToArray();
        if (revisions.Length == 0)
        {
            var names = string.Join(", ", view.Silos.SelectMany(s => s.Models).Select(m => m.Name).Distinct().Order());
            throw new RequestException(StatusCode.NotFound, $"model: '{model}' is unknown; this cluster has: {names}.");
        }

        var meant = revisions.Where(r => r.StartsWith(digits, StringComparison.OrdinalIgnoreCase)).ToArray();
        return meant switch
        {
            [var only] => only,
            [] => throw new RequestException(
                StatusCode.NotFound, $"revision: '{model}' has no revision '{digits}'; it has: {string.Join(", ", revisions)}."),
            _ => throw RequestException.Invalid($"revision: '{model}' has several that begin with '{digits}': {string.Join(", ", meant)}; say which."),
        };
    }
}
