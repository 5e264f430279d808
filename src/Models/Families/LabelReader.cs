using System.Globalization;
using System.Text.Json;
using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Families;

/// <summary>A classifier's labels in the order of its logits, from <c>id2label</c> (or as many as <c>num_labels</c> says).</summary>
internal static class LabelReader
{
    // transformers' PretrainedConfig has two labels where a file says nothing.
    private const int DefaultCount = 2;
    private const int MaxLabels = 1 << 20;

    public static IReadOnlyList<string> Read(ConfigSection config)
    {
        if (config.Raw("id2label") is not { ValueKind: JsonValueKind.Object } map)
        {
            var count = config.Size("num_labels", DefaultCount);
            return count <= MaxLabels ? [.. Enumerable.Range(0, count).Select(Unnamed)]
                : throw new ModelException($"config.json: num_labels is {count}; at most {MaxLabels} are read.");
        }

        var labels = new SortedDictionary<int, string>();
        foreach (var entry in map.EnumerateObject())
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                || !labels.TryAdd(id, entry.Value.ToString()))
            {
                throw new ModelException($"config.json: id2label has the key {entry.Name}, which is not an index of its own.");
            }
        }

        return labels.Count == 0 || labels.Keys.Last() != labels.Count - 1
            ? throw new ModelException($"config.json: id2label must count from 0 without gaps; it has {labels.Count} labels.")
            : [.. labels.Values];
    }

    private static string Unnamed(int index) => string.Create(CultureInfo.InvariantCulture, $"LABEL_{index}");
}
