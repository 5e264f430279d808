using VisionCluster.Inference.Tasks;

namespace VisionCluster.Inference.Inspection;

/// <summary>Which of a tower's layers a request means.</summary>
internal static class LayerChoice
{
    /// <param name="wanted">Empty = the last.</param>
    /// <param name="outputs">What the graph shows.</param>
    /// <param name="nameOf">How a layer's output is called.</param>
    /// <exception cref="InvalidTaskException">There is no such layer.</exception>
    public static IReadOnlyList<int> Of(IReadOnlyList<int> wanted, IReadOnlyList<string> outputs, Func<int, string> nameOf)
    {
        var layers = 0;
        while (outputs.Contains(nameOf(layers)))
        {
            layers++;
        }

        if (layers == 0)
        {
            throw new InvalidTaskException("This model's layers cannot be shown.");
        }

        var beyond = wanted.Where(layer => layer < 0 || layer >= layers).ToList();
        return beyond.Count > 0 ? throw new InvalidTaskException($"layers: there is no layer {beyond[0]}; this tower shows 0 to {layers - 1}.")
            : wanted.Count == 0 ? [layers - 1] : [.. wanted.Distinct()];
    }
}
