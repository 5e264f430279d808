using System.Numerics;

namespace VisionCluster.Models.Gguf;

/// <summary>
/// Parses and checks a GGUF header, versions 2 and 3 (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): counts, lengths, types,
/// alignment, and that every tensor lies inside the file and overlaps no other.
/// </summary>
internal sealed class GgufHeader
{
    private const string AlignmentKey = "general.alignment";
    private const uint DefaultAlignment = 32;
    private const uint LargestAlignment = 1 << 20;
    private const int MaxTensors = 100_000;
    private const int MaxKeys = 20_000;
    private const int MaxKeyBytes = 65_535;
    private const int MaxNameBytes = 512;
    private const int MaxStringBytes = 16 << 20;
    private const int MaxElements = 1 << 22; // the largest real vocabularies have 300,000 tokens and 500,000 merges
    private const int MaxRank = 4;

    private readonly MappedBytes _file;
    private GgufCursor _cursor;

    private GgufHeader(MappedBytes file)
    {
        (_file, _cursor) = (file, new GgufCursor(file, 0));
        ReadVersion();
        var tensors = _cursor.Count("tensors", MaxTensors, 24);
        var keys = _cursor.Count("metadata keys", MaxKeys, 13);
        for (var i = 0; i < keys; i++)
        {
            ReadValue();
        }

        Metadata = new GgufMetadata(file, Values);
        var infos = new GgufTensor[tensors];
        for (var i = 0; i < tensors; i++)
        {
            infos[i] = ReadTensor();
        }

        Place(infos, Alignment());
    }

    public GgufMetadata Metadata { get; }

    public Dictionary<string, GgufTensor> Tensors { get; } = new(StringComparer.Ordinal);

    private Dictionary<string, GgufValue> Values { get; } = new(StringComparer.Ordinal);

    /// <exception cref="ModelException">The file is no GGUF, truncated or malformed.</exception>
    public static GgufHeader Read(MappedBytes file) => new(file);

    private void ReadVersion()
    {
        if (_file.Length < 24 || !_cursor.Take(4).SequenceEqual("GGUF"u8))
        {
            throw new ModelException($"{_file.Name} is not a GGUF file.");
        }

        var version = _cursor.UInt32();
        if (version is not (2 or 3))
        {
            throw new ModelException(version is 0x02000000 or 0x03000000
                ? $"{_file.Name} is a big-endian GGUF file; only little-endian ones are read."
                : $"{_file.Name} has GGUF version {version}; 2 and 3 are read.");
        }
    }

    private void ReadValue()
    {
        var key = _cursor.Text("a metadata key", MaxKeyBytes);
        var type = ValueType(key);
        if (type != GgufValueType.Array)
        {
            Add(key, Scalar(type));
            return;
        }

        var element = ValueType(key);
        if (element == GgufValueType.Array)
        {
            throw new ModelException($"{_file.Name}: {key} is an array of arrays, which is not read.");
        }

        var count = _cursor.Count($"elements of {key}", MaxElements, element == GgufValueType.String ? sizeof(ulong) : element.Bytes());
        Add(key, new GgufValue(element, true, _cursor.Position, count));
        if (element != GgufValueType.String)
        {
            _cursor.Skip((long)count * element.Bytes());
            return;
        }

        for (var i = 0; i < count; i++)
        {
            _cursor.Skip(_cursor.Count($"bytes of a string of {key}", MaxStringBytes, 1));
        }
    }

    private GgufValue Scalar(GgufValueType type)
    {
        var count = type == GgufValueType.String ? _cursor.Count("bytes of a string", MaxStringBytes, 1) : 1;
        var value = new GgufValue(type, false, _cursor.Position, count);
        _cursor.Skip(type == GgufValueType.String ? count : type.Bytes());
        return value;
    }

    private GgufValueType ValueType(string key)
    {
        var type = (GgufValueType)_cursor.UInt32();
        return type <= GgufValueType.Float64 ? type : throw new ModelException($"{_file.Name}: {key} has the unknown type {(uint)type}.");
    }

    private void Add(string key, GgufValue value)
    {
        if (!Values.TryAdd(key, value))
        {
            throw new ModelException($"{_file.Name} has the metadata key {key} twice.");
        }
    }

    /// <summary>A tensor whose offset still counts from the start of the data.</summary>
    private GgufTensor ReadTensor()
    {
        var name = _cursor.Text("a tensor's name", MaxNameBytes);
        var rank = _cursor.UInt32();
        if (rank is 0 or > MaxRank)
        {
            throw new ModelException($"{_file.Name}: tensor {name} has {rank} dimensions; 1 to {MaxRank} are read.");
        }

        var shape = new long[rank];
        Int128 elements = 1;
        for (var i = 0; i < rank; i++)
        {
            var side = _cursor.UInt64();
            elements *= side;
            if (side == 0 || elements > 1L << 48)
            {
                throw new ModelException($"{_file.Name}: tensor {name} has an impossible dimension {side}.");
            }

            shape[rank - 1 - i] = (long)side;
        }

        var number = _cursor.UInt32();
        if (!GgufTensorTypes.IsRead(number))
        {
            throw new ModelException($"{_file.Name}: tensor {name} has ggml type {number}, which is not supported ({string.Join(", ", Enum.GetNames<GgufTensorType>())}).");
        }

        var type = (GgufTensorType)number;
        var offset = _cursor.UInt64();
        return shape[^1] % type.BlockWeights() == 0 && offset <= (ulong)_file.Length
            ? new GgufTensor(name, type, shape, (long)offset, (long)elements / type.BlockWeights() * type.BlockBytes())
            : throw new ModelException($"{_file.Name}: tensor {name} of shape [{string.Join(", ", shape)}] cannot be of type {type} at offset {offset}.");
    }

    private uint Alignment()
    {
        var alignment = Metadata.Integer(AlignmentKey) ?? DefaultAlignment;
        return alignment is >= 1 and <= LargestAlignment && BitOperations.IsPow2(alignment) ? (uint)alignment
            : throw new ModelException($"{_file.Name}: {AlignmentKey} is {alignment}; it must be a power of two up to {LargestAlignment}.");
    }

    private void Place(GgufTensor[] tensors, uint alignment)
    {
        var start = (_cursor.Position + alignment - 1) / alignment * alignment;
        long end = 0;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Offset))
        {
            if (tensor.Offset % alignment != 0 || tensor.ByteCount > _file.Length - start - tensor.Offset)
            {
                throw new ModelException(
                    $"{_file.Name}: tensor {tensor.Name} of {tensor.ByteCount} bytes at {tensor.Offset} is not aligned or not inside the file's {_file.Length - start} bytes of data.");
            }

            if (tensor.Offset < end)
            {
                throw new ModelException($"{_file.Name}: tensor {tensor.Name} overlaps another.");
            }

            end = tensor.Offset + tensor.ByteCount;
            if (!Tensors.TryAdd(tensor.Name, tensor with { Offset = start + tensor.Offset }))
            {
                throw new ModelException($"{_file.Name} lists tensor {tensor.Name} twice.");
            }
        }
    }
}
