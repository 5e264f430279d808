using System.Buffers.Binary;
using System.Text;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary>
/// SentencePiece's <c>precompiled_charsmap</c>: a Darts double-array trie from UTF-8 to offsets in a blob of zero-terminated strings
/// (google/sentencepiece <c>normalizer.cc</c>).
/// </summary>
internal sealed class CharsMap
{
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    public CharsMap(ReadOnlySpan<byte> data)
    {
        if (data.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(data) is var size && (size < 4 || size > data.Length - 4))
            throw new ModelException("The tokenizer's precompiled_charsmap is cut short.");
        _units = new uint[size / 4];
        for (var i = 0; i < _units.Length; i++)
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(data[(4 + i * 4)..]);
        _replacements = data[(4 + _units.Length * 4)..].ToArray();
    }

    /// <summary>What the shortest known prefix of the text becomes, or null when there is none.</summary>
    public string? Find(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!Encoding.UTF8.TryGetBytes(text, bytes, out var count))
            return null;
        var position = OffsetOf(_units[0]);
        foreach (var label in bytes[..count])
        {
            position ^= label;
            if (label == 0 || position >= (uint)_units.Length || LabelOf(_units[position]) != label)
                return null;
            var unit = _units[position];
            position ^= OffsetOf(unit);
            if ((unit & 0x100) != 0)
                return position < (uint)_units.Length ? ReplacementAt(_units[position] & 0x7FFFFFFF) : null;
        }

        return null;
    }

    private string? ReplacementAt(uint offset)
    {
        if (offset > _replacements.Length)
            return null;
        var rest = _replacements.AsSpan((int)offset);
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private static uint LabelOf(uint unit) => unit & 0x800000FF;

    private static uint OffsetOf(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
