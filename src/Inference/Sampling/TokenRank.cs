namespace VisionCluster.Inference.Sampling;

/// <summary>
/// Tokens ordered by weight, then by id: one unsigned number per token, greater = better. Weights are not negative, so their bits order
/// like the numbers, and no two tokens are equal. Selection is by quickselect: nothing sorts the vocabulary.
/// </summary>
internal static class TokenRank
{
    public static ulong Key(float weight, int id) => ((ulong)BitConverter.SingleToUInt32Bits(weight) << 32) | ~(uint)id;

    public static float Weight(ulong key) => BitConverter.UInt32BitsToSingle((uint)(key >> 32));

    public static int Id(ulong key) => (int)~(uint)key;

    /// <summary>Moves the <paramref name="count"/> greatest keys to the front (in any order) and returns the least of them.</summary>
    public static ulong SelectGreatest(Span<ulong> keys, int count)
    {
        int low = 0, high = keys.Length;
        while (true)
        {
            var middle = Partition(keys, low, high);
            if (middle == count - 1)
                return keys[middle];
            if (middle >= count)
                high = middle;
            else
                low = middle + 1;
        }
    }

    /// <summary>
    /// Moves the fewest greatest keys whose weights sum to at least <paramref name="mass"/> to the front and returns the least of them.
    /// </summary>
    public static ulong SelectMass(Span<ulong> keys, double mass)
    {
        int low = 0, high = keys.Length;
        ulong least = 0;
        while (low < high)
        {
            var middle = Partition(keys, low, high);
            var above = 0.0;
            foreach (var key in keys[low..middle])
                above += Weight(key);
            if (above >= mass)
            {
                high = middle;
                continue;
            }
            least = keys[middle];
            mass -= above + Weight(least);
            if (mass <= 0)
                break;
            low = middle + 1;
        }
        return least;
    }

    /// <summary>Greater keys than the pivot before it, lesser ones after it; returns where the pivot is.</summary>
    private static int Partition(Span<ulong> keys, int low, int high)
    {
        var last = high - 1;
        var center = low + ((last - low) >> 1);
        // Median of three, kept at the end while the rest is divided.
        if (keys[center] > keys[low])
            (keys[center], keys[low]) = (keys[low], keys[center]);
        if (keys[last] > keys[low])
            (keys[last], keys[low]) = (keys[low], keys[last]);
        if (keys[center] > keys[last])
            (keys[center], keys[last]) = (keys[last], keys[center]);
        var pivot = keys[last];
        var middle = low;
        for (var i = low; i < last; i++)
        {
            if (keys[i] > pivot)
            {
                (keys[i], keys[middle]) = (keys[middle], keys[i]);
                middle++;
            }
        }
        (keys[last], keys[middle]) = (keys[middle], keys[last]);
        return middle;
    }
}
