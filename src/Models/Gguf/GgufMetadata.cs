using System.Buffers.Binary;
using System.Text;

namespace VisionCluster.Models.Gguf;

/// <summary>A GGUF file's metadata. Values are decoded from the mapped file when asked for; what was asked for is remembered.</summary>
internal sealed class GgufMetadata(MappedBytes file, IReadOnlyDictionary<string, GgufValue> values)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>Keys that nobody has read yet.</summary>
    public IEnumerable<string> Unread => values.Keys.Where(key => !_read.Contains(key));

    public bool Has(string key)
    {
        _read.Add(key);
        return values.ContainsKey(key);
    }

    public string? Text(string key) => Find(key, array: false) is not { } value ? null
        : value.Type == GgufValueType.String ? Encoding.UTF8.GetString(file.Slice(value.Offset, value.Count)) : throw Wrong(key, "a string");

    public bool? Flag(string key) => Find(key, array: false) is not { } value ? null
        : value.Type == GgufValueType.Bool ? file.Slice(value.Offset, 1)[0] != 0 : throw Wrong(key, "true or false");

    /// <summary>An integer of any width.</summary>
    public long? Integer(string key)
    {
        if (Find(key, array: false) is not { } value)
        {
            return null;
        }

        var bytes = file.Slice(value.Offset, value.Type.Bytes());
        return value.Type switch
        {
            GgufValueType.UInt8 => bytes[0],
            GgufValueType.Int8 => (sbyte)bytes[0],
            GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            GgufValueType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            GgufValueType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            GgufValueType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            GgufValueType.UInt64 when BinaryPrimitives.ReadInt64LittleEndian(bytes) is >= 0 and var number => number,
            _ => throw Wrong(key, "an integer"),
        };
    }

    public double? Number(string key)
    {
        if (Find(key, array: false) is not { } value)
        {
            return null;
        }

        var bytes = file.Slice(value.Offset, value.Type.Bytes());
        var number = value.Type switch
        {
            GgufValueType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            GgufValueType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            _ => (double)Integer(key)!.Value,
        };
        return double.IsFinite(number) ? number : throw Wrong(key, "a finite number");
    }

    /// <summary>An array of strings; null when there is none.</summary>
    public string[]? Texts(string key)
    {
        if (Find(key, array: true) is not { } value)
        {
            return null;
        }

        if (value.Type != GgufValueType.String)
        {
            throw Wrong(key, "an array of strings");
        }

        var cursor = new GgufCursor(file, value.Offset);
        var texts = new string[value.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = cursor.Text(key, int.MaxValue);
        }

        return texts;
    }

    /// <summary>An array of 32-bit numbers as they lie in the file; null when there is none.</summary>
    public T[]? Numbers<T>(string key, params ReadOnlySpan<GgufValueType> allowed)
        where T : unmanaged
    {
        if (Find(key, array: true) is not { } value)
        {
            return null;
        }

        return allowed.Contains(value.Type)
            ? System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(file.Slice(value.Offset, value.Count * value.Type.Bytes())).ToArray()
            : throw Wrong(key, "an array of 32-bit numbers");
    }

    public ModelException Missing(string key) => new($"{file.Name} lacks {key}.");

    public ModelException Wrong(string key, string expected) => new($"{file.Name}: {key} is not {expected}.");

    private GgufValue? Find(string key, bool array)
    {
        _read.Add(key);
        if (!values.TryGetValue(key, out var value))
        {
            return null;
        }

        return value.IsArray == array ? value : throw Wrong(key, array ? "an array" : "a single value");
    }
}
