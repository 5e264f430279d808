using System.Numerics.Tensors;
using VisionCluster.Contracts.V1;
using PatchGrid = VisionCluster.Inference.Inspection.PatchGrid;

namespace VisionCluster.Cli.Inspection;

/// <summary>One value for each patch of an image, from a tensor.</summary>
internal static class PatchValues
{
    /// <summary>Rows of a hidden state without class tokens: <c>[tiles, patches, hidden]</c>.</summary>
    public static float[] Rows(InspectedTensor tensor, PatchGrid grid)
    {
        var (rows, hidden) = (tensor.Shape[1], tensor.Shape[2]);
        var (first, kept) = (rows - grid.Patches, new float[grid.Tiles * grid.Patches * hidden]);
        for (var tile = 0; tile < grid.Tiles; tile++)
        {
            tensor.Values.AsSpan(((tile * rows) + first) * hidden, grid.Patches * hidden).CopyTo(kept.AsSpan(tile * grid.Patches * hidden));
        }

        return kept;
    }

    /// <summary>Against one patch of the first tile: cosines, or of attention the weights that it gives.</summary>
    public static float[] Against(InspectedTensor tensor, PatchGrid grid, int patch)
    {
        if (tensor.View == InspectView.Attention)
        {
            return Attended(tensor, grid, patch);
        }

        var (rows, hidden) = (Rows(tensor, grid), tensor.Shape[^1]);
        var one = rows.AsSpan(patch * hidden, hidden).ToArray();
        return [.. Enumerable.Range(0, grid.Tiles * grid.Patches)
            .Select(other => TensorPrimitives.CosineSimilarity<float>(one, rows.AsSpan(other * hidden, hidden)))];
    }

    /// <summary>Attention that patches get, mean over heads: from one patch, else from the class token, else from all patches on average.</summary>
    public static float[] Attended(InspectedTensor attention, PatchGrid grid, int? patch = null)
    {
        var (heads, queries, keys) = (attention.Shape[1], attention.Shape[2], attention.Shape[3]);
        var (first, values) = (keys - grid.Patches, new float[grid.Tiles * grid.Patches]);
        int[] asking = patch is { } one ? [first + one] : first > 0 ? [0] : [.. Enumerable.Range(0, queries)];
        for (var tile = 0; tile < grid.Tiles; tile++)
        {
            var sums = values.AsSpan(tile * grid.Patches, grid.Patches);
            for (var head = 0; head < heads; head++)
            {
                foreach (var query in asking)
                {
                    var row = attention.Row((((tile * heads) + head) * queries) + query)[first..];
                    TensorPrimitives.MultiplyAdd(row, 1f / (heads * asking.Length), sums, sums);
                }
            }
        }

        return values;
    }
}
