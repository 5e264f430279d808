namespace VisionCluster.Models.Gguf;

/// <summary>
/// llama.cpp rotates neighbours (2i, 2i + 1), transformers halves (i, i + head/2): GGUF files of Llamas keep the rows of query and key
/// projections in the first order (<c>convert_hf_to_gguf.py</c>, <c>LlamaModel.permute</c>), and here they are put back.
/// </summary>
internal static class RotaryRows
{
    /// <summary>Where row <paramref name="row"/> in halves order lies in neighbours order.</summary>
    public static int Source(int row, int head)
    {
        var within = row % head;
        return row - within + (within < head / 2 ? 2 * within : (2 * (within - (head / 2))) + 1);
    }

    /// <summary>Reorders the rows of <c>[heads · head, …]</c>.</summary>
    public static T[] ToHalves<T>(T[] values, int heads, int head)
    {
        var rows = heads * head;
        if (values.Length % rows != 0)
        {
            throw new ModelException($"A query or key projection of {values.Length} values does not have {heads} heads of {head} rows.");
        }

        var (width, result) = (values.Length / rows, GC.AllocateUninitializedArray<T>(values.Length));
        for (var row = 0; row < rows; row++)
        {
            values.AsSpan(Source(row, head) * width, width).CopyTo(result.AsSpan(row * width));
        }

        return result;
    }
}
