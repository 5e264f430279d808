namespace VisionCluster.Inference.Inspection;

/// <summary>Moves patches to other places, the same way for the same seed (SplitMix64, Steele et al., 2014, and Fisher–Yates).</summary>
internal static class PatchShuffle
{
    /// <summary>For each place of a tile, the patch that comes there.</summary>
    public static int[] Permutation(int patches, ulong seed, int tile)
    {
        int[] order = [.. Enumerable.Range(0, patches)];
        var state = seed + ((ulong)tile << 32);
        for (var i = patches - 1; i > 0; i--)
        {
            var other = (int)(Next(ref state) % (ulong)(i + 1));
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }

    /// <summary>Planes <c>[planes, height, width]</c> with their patches moved; what lies beyond the last whole patch stays.</summary>
    public static T[] Move<T>(ReadOnlySpan<T> values, int planes, int height, int width, int patchHeight, int patchWidth, int[] order)
    {
        var (moved, columns) = (values.ToArray(), width / patchWidth);
        for (var to = 0; to < order.Length; to++)
        {
            var (source, target) = (Start(order[to]), Start(to));
            for (var plane = 0; plane < planes; plane++)
            {
                for (var y = 0; y < patchHeight; y++)
                {
                    var at = (plane * height * width) + (y * width);
                    values.Slice(at + source, patchWidth).CopyTo(moved.AsSpan(at + target));
                }
            }
        }

        return moved;

        int Start(int patch) => (patch / columns * patchHeight * width) + (patch % columns * patchWidth);
    }

    private static ulong Next(ref ulong state)
    {
        var z = state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
