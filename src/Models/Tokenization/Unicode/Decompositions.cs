using System.IO.Compression;

namespace VisionCluster.Models.Tokenization.Unicode;

/// <summary>
/// Unicode's decomposition and composition tables (UAX #15). Our own, because <see cref="string.Normalize()"/> leaves text as it is when
/// <c>InvariantGlobalization</c> is on.
/// </summary>
internal sealed class Decompositions
{
    private const int HangulBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7;
    private const int LCount = 19, VCount = 21, TCount = 28, HangulCount = LCount * VCount * TCount;

    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatible = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];
    private readonly Dictionary<int, byte> _classes = [];

    private Decompositions()
    {
        using var inflated = new MemoryStream();
        using (var zlib = new ZLibStream(new MemoryStream(Convert.FromBase64String(DecompositionData.Packed)), CompressionMode.Decompress))
            zlib.CopyTo(inflated);
        inflated.Position = 0;

        var codePoint = 0;
        for (var left = ReadNumber(inflated); left > 0; left--)
        {
            codePoint += ReadNumber(inflated);
            var header = ReadNumber(inflated);
            var target = new int[header >> 2];
            for (var i = 0; i < target.Length; i++)
                target[i] = ReadNumber(inflated);
            _compatible[codePoint] = target;
            if ((header & 2) == 0)
                _canonical[codePoint] = target;
            if ((header & 1) != 0)
                _compositions[(target[0], target[1])] = codePoint;
        }

        Expand(_canonical);
        Expand(_compatible);
        ReadClasses(inflated);
    }

    public static Lazy<Decompositions> Shared { get; } = new(() => new Decompositions());

    public int ClassOf(int codePoint) => codePoint >= 0x300 && _classes.TryGetValue(codePoint, out var combiningClass) ? combiningClass : 0;

    /// <summary>Writes the full decomposition of a code point and returns its length; at most 18 code points.</summary>
    public int Decompose(int codePoint, bool compatible, Span<int> target)
    {
        if (codePoint - HangulBase is >= 0 and < HangulCount and var syllable)
        {
            target[0] = LBase + syllable / (VCount * TCount);
            target[1] = VBase + syllable % (VCount * TCount) / TCount;
            target[2] = TBase + syllable % TCount;
            return target[2] == TBase ? 2 : 3;
        }

        if (codePoint < 0xA0 || !(compatible ? _compatible : _canonical).TryGetValue(codePoint, out var expanded))
        {
            target[0] = codePoint;
            return 1;
        }

        expanded.CopyTo(target);
        return expanded.Length;
    }

    public bool TryCompose(int first, int second, out int composed)
    {
        if (first - LBase is >= 0 and < LCount and var l && second - VBase is >= 0 and < VCount and var v)
        {
            composed = HangulBase + (l * VCount + v) * TCount;
            return true;
        }

        if (first - HangulBase is >= 0 and < HangulCount and var lv && lv % TCount == 0 && second - TBase is > 0 and < TCount and var t)
        {
            composed = first + t;
            return true;
        }

        return _compositions.TryGetValue((first, second), out composed);
    }

    private static void Expand(Dictionary<int, int[]> mappings)
    {
        foreach (var codePoint in mappings.Keys.ToArray())
        {
            while (Array.Exists(mappings[codePoint], mappings.ContainsKey))
                mappings[codePoint] = [.. mappings[codePoint].SelectMany(part => mappings.GetValueOrDefault(part) ?? [part])];
        }
    }

    private void ReadClasses(Stream stream)
    {
        var codePoint = 0;
        for (var left = ReadNumber(stream); left > 0; left--)
        {
            var start = codePoint + ReadNumber(stream);
            codePoint = start + ReadNumber(stream);
            var combiningClass = (byte)ReadNumber(stream);
            for (var member = start; member < codePoint; member++)
                _classes[member] = combiningClass;
        }
    }

    private static int ReadNumber(Stream stream)
    {
        int value = 0, shift = 0, next;
        do
        {
            next = stream.ReadByte();
            value |= (next & 0x7F) << shift;
            shift += 7;
        }
        while (next >= 0x80);
        return value;
    }
}
