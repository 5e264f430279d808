using System.Numerics.Tensors;
using VisionCluster.Inference.Tasks;

namespace VisionCluster.Inference.Inspection;

/// <summary>The wanted part of a layer's attention weights.</summary>
internal static class AttentionRows
{
    /// <exception cref="InvalidTaskException">A query is not a position.</exception>
    public static int Count(InspectionRequest request, int positions)
    {
        foreach (var query in request.Queries)
        {
            if (query < 0 || query >= positions)
            {
                throw new InvalidTaskException($"queries: there is no position {query}; the sequence has {positions}.");
            }
        }

        return request.Queries.Count == 0 ? positions : request.Queries.Count;
    }

    /// <param name="weights"><c>[1, heads, positions, keys]</c></param>
    /// <param name="request">Which rows, and whether heads are averaged.</param>
    /// <returns><c>[heads or 1, queries, keys]</c></returns>
    public static (int[] Shape, float[] Values) Take(NamedTensor weights, InspectionRequest request)
    {
        var (heads, positions, keys) = ((int)weights.Shape[1], (int)weights.Shape[2], (int)weights.Shape[3]);
        var queries = request.Queries.Count == 0 ? [.. Enumerable.Range(0, positions)] : request.Queries;
        var kept = request.AverageHeads ? 1 : heads;
        var values = new float[kept * queries.Count * keys];
        for (var head = 0; head < heads; head++)
        {
            for (var q = 0; q < queries.Count; q++)
            {
                var row = weights.Values.AsSpan(((head * positions) + queries[q]) * keys, keys);
                var target = values.AsSpan((((head % kept) * queries.Count) + q) * keys, keys);
                TensorPrimitives.Add(target, row, target);
            }
        }

        if (request.AverageHeads)
        {
            TensorPrimitives.Divide(values, heads, values);
        }

        return ([kept, queries.Count, keys], values);
    }
}
