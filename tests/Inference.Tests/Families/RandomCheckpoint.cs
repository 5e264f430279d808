using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Families;

/// <summary>A checkpoint folder with random weights, the same for the same seed: a configuration and the tensors that a test names.</summary>
internal sealed class RandomCheckpoint(JsonObject config, int seed = 7) : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly Random _random = new(seed);
    private readonly SortedDictionary<string, (long[] Shape, float[] Values)> _tensors = new(StringComparer.Ordinal);

    public JsonObject Config { get; } = config;

    public string CacheFolder => Path.Combine(_root.Path, "cache");

    public string Folder => Path.Combine(_root.Path, "checkpoint");

    public int Size(string key) => Size(Config, key);

    public static int Size(JsonObject section, string key) => section[key]!.GetValue<int>();

    /// <summary>A tensor whose values shrink with its width, so that activations neither vanish nor explode.</summary>
    public void Add(string name, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, side) => product * side)];
        var scale = 1.5 / Math.Sqrt(shape.Length == 1 ? 4 : shape[^1]);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(scale * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()));
        }

        _tensors[name] = (shape, values);
    }

    public void AddLinear(string name, int inputs, int outputs, bool bias)
    {
        Add($"{name}.weight", outputs, inputs);
        if (bias)
        {
            Add($"{name}.bias", outputs);
        }
    }

    public void AddNorm(string name, int size)
    {
        Add($"{name}.weight", size);
        Add($"{name}.bias", size);
    }

    /// <summary>Writes <c>config.json</c> and <c>model.safetensors</c>.</summary>
    public string Write()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "config.json"), Config.ToJsonString());
        var header = new JsonObject();
        long at = 0;
        foreach (var (name, (shape, values)) in _tensors)
        {
            var end = at + (values.Length * sizeof(float));
            header[name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = JsonSerializer.SerializeToNode(shape),
                ["data_offsets"] = new JsonArray(at, end),
            };
            at = end;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        using var file = File.Create(Path.Combine(Folder, "model.safetensors"));
        file.Write(length);
        file.Write(json);
        foreach (var (_, values) in _tensors.Values)
        {
            file.Write(MemoryMarshal.AsBytes<float>(values));
        }

        return Folder;
    }

    public void Dispose() => _root.Dispose();
}
