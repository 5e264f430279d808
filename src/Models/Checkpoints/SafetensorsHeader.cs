using System.Buffers.Binary;
using System.Text.Json;

namespace VisionCluster.Models.Checkpoints;

/// <summary>Parses and checks a safetensors header without building a document of it, so that a hostile one costs little memory.</summary>
internal static class SafetensorsHeader
{
    private const long MaxHeaderBytes = 32L << 20;
    private const int MaxTensors = 100_000;
    private const int MaxRank = 8;

    public static unsafe Dictionary<string, TensorEntry> Read(string file, byte* start, long fileBytes, out long dataOffset)
    {
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(start, 8));
        if (headerBytes > MaxHeaderBytes)
        {
            throw new ModelException($"{file} claims a header of {headerBytes} bytes; at most {MaxHeaderBytes} are read.");
        }

        if ((long)headerBytes > fileBytes - 8)
        {
            throw new ModelException($"{file} is truncated: its header of {headerBytes} bytes does not fit the file of {fileBytes}.");
        }

        dataOffset = 8 + (long)headerBytes;
        var dataBytes = fileBytes - dataOffset;
        Dictionary<string, TensorEntry> tensors;
        try
        {
            tensors = Parse(file, new ReadOnlySpan<byte>(start + 8, (int)headerBytes), dataBytes);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new ModelException($"{file} has a malformed header: {e.Message}", e);
        }

        RefuseOverlaps(file, tensors);
        return tensors;
    }

    private static Dictionary<string, TensorEntry> Parse(string file, ReadOnlySpan<byte> json, long dataBytes)
    {
        var tensors = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == "__metadata__")
            {
                reader.Skip();
                continue;
            }

            if (tensors.Count == MaxTensors)
            {
                throw new ModelException($"{file} lists more than {MaxTensors} tensors.");
            }

            if (!tensors.TryAdd(name, ReadTensor(file, name, ref reader, dataBytes)))
            {
                throw new ModelException($"{file} lists tensor {name} twice.");
            }
        }

        return tensors;
    }

    private static TensorEntry ReadTensor(string file, string name, ref Utf8JsonReader reader, long dataBytes)
    {
        string? typeName = null;
        List<long>? shape = null, offsets = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"tensor {name} is not an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            reader.Read();
            switch (key)
            {
                case "dtype":
                    typeName = reader.GetString();
                    break;
                case "shape":
                    shape = Integers(name, ref reader);
                    break;
                case "data_offsets":
                    offsets = Integers(name, ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (typeName is null || shape is null || offsets is not { Count: 2 })
        {
            throw new ModelException($"{file}: tensor {name} lacks dtype, shape or data_offsets.");
        }

        var type = TensorTypes.Parse(typeName) ?? throw new ModelException($"{file}: tensor {name} has the unsupported type {typeName}.");
        var (begin, end) = (offsets[0], offsets[1]);
        if (begin < 0 || end < begin || end > dataBytes)
        {
            throw new ModelException($"{file}: tensor {name} lies at [{begin}, {end}), outside the file's {dataBytes} bytes of data.");
        }

        if (ByteCount(shape, type) != end - begin)
        {
            throw new ModelException($"{file}: tensor {name} of shape [{string.Join(", ", shape)}] and type {typeName} has {end - begin} bytes.");
        }

        return new TensorEntry(name, type, [.. shape], begin, end - begin);
    }

    private static List<long> Integers(string name, ref Utf8JsonReader reader)
    {
        var values = new List<long>();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException($"tensor {name} has no list of integers.");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (values.Count == MaxRank)
            {
                throw new JsonException($"tensor {name} has more than {MaxRank} dimensions.");
            }

            values.Add(reader.GetInt64());
        }

        return values;
    }

    private static long ByteCount(List<long> shape, TensorType type)
    {
        Int128 count = type.Bytes();
        foreach (var side in shape)
        {
            if (side < 0)
            {
                return -1;
            }

            count *= side;
            if (count > long.MaxValue)
            {
                return -1;
            }
        }

        return (long)count;
    }

    private static void RefuseOverlaps(string file, Dictionary<string, TensorEntry> tensors)
    {
        long end = 0;
        foreach (var tensor in tensors.Values.Where(t => t.ByteCount > 0).OrderBy(t => t.Offset))
        {
            if (tensor.Offset < end)
            {
                throw new ModelException($"{file}: tensor {tensor.Name} overlaps another.");
            }

            end = tensor.Offset + tensor.ByteCount;
        }
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new JsonException("the header is not a JSON object.");
        }
    }
}
