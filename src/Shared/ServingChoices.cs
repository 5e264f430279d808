using VisionCluster.Contracts.Grains;

namespace VisionCluster.Shared;

/// <summary>
/// What operators have chosen to serve, by model; of two choices the one with the higher version counts, so that copies agree whatever the
/// order in which they hear. Bounded by <see cref="MaxModels"/>: beyond, the oldest choice is dropped. Thread-safe.
/// </summary>
internal sealed class ServingChoices
{
    public const int MaxModels = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ServingChoice> _byModel = new(StringComparer.Ordinal);

    public ServingChoice[] All
    {
        get
        {
            lock (_lock)
                return [.. _byModel.Values.OrderBy(c => c.Model, StringComparer.Ordinal)];
        }
    }

    /// <returns>The revision that was chosen; null when none is.</returns>
    public string? RevisionOf(string model)
    {
        lock (_lock)
            return _byModel.TryGetValue(model, out var choice) && choice.Revision.Length > 0 ? choice.Revision : null;
    }

    /// <summary>A choice that counts more than the present one.</summary>
    public ServingChoice Next(string model, string revision, DateTimeOffset now)
    {
        lock (_lock)
        {
            var known = _byModel.TryGetValue(model, out var choice) ? choice.Version : 0;
            return new ServingChoice(model, revision, Math.Max(known + 1, now.UtcTicks));
        }
    }

    /// <returns>Whether anything was new.</returns>
    public bool Merge(params ReadOnlySpan<ServingChoice> choices)
    {
        var changed = false;
        lock (_lock)
        {
            foreach (var choice in choices)
            {
                if (_byModel.TryGetValue(choice.Model, out var known) && !Counts(choice, known))
                    continue;
                _byModel[choice.Model] = choice;
                changed = true;
            }

            while (_byModel.Count > MaxModels)
                _byModel.Remove(_byModel.Values.MinBy(c => c.Version)!.Model);
        }

        return changed;
    }

    private static bool Counts(ServingChoice choice, ServingChoice known) => choice.Version != known.Version
        ? choice.Version > known.Version
        : string.CompareOrdinal(choice.Revision, known.Revision) > 0;
}
