using System.Text.Json;

namespace VisionCluster.Models.Checkpoints;

/// <summary>
/// A checkpoint's tensors: <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> lists (in the same folder only).
/// </summary>
public sealed class CheckpointWeights : ITensorSource
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";
    private const int MaxIndexBytes = 64 << 20;
    private const int MaxShards = 1_000;

    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, (SafetensorsFile File, TensorEntry Entry)> _tensors = new(StringComparer.Ordinal);

    private CheckpointWeights(List<SafetensorsFile> files)
    {
        _files = files;
        foreach (var file in files)
        {
            foreach (var entry in file.Tensors.Values)
            {
                if (!_tensors.TryAdd(entry.Name, (file, entry)))
                {
                    throw new ModelException($"Tensor {entry.Name} is in two shards.");
                }
            }
        }
    }

    public IEnumerable<string> Names => _tensors.Keys;

    /// <exception cref="ModelException">No weights, a missing shard, an index that points outside its folder, or a malformed file.</exception>
    public static CheckpointWeights Open(string folder)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            foreach (var name in ShardNames(folder))
            {
                files.Add(SafetensorsFile.Open(Path.Combine(folder, name)));
            }

            return new CheckpointWeights(files);
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <summary>Whether a folder has weights of this kind.</summary>
    public static bool Exist(string folder) =>
        File.Exists(Path.Combine(folder, SingleFile)) || File.Exists(Path.Combine(folder, IndexFile));

    /// <summary>The weight files of a checkpoint, by name.</summary>
    public static IReadOnlyList<string> ShardNames(string folder)
    {
        if (File.Exists(Path.Combine(folder, SingleFile)))
        {
            return [SingleFile];
        }

        var index = Path.Combine(folder, IndexFile);
        if (!File.Exists(index))
        {
            throw new ModelException($"The checkpoint has neither {SingleFile} nor {IndexFile} nor a .gguf file.");
        }

        if (new FileInfo(index).Length > MaxIndexBytes)
        {
            throw new ModelException($"{IndexFile} is larger than {MaxIndexBytes} bytes.");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(index));
            var names = document.RootElement.GetProperty("weight_map").EnumerateObject()
                .Select(entry => entry.Value.GetString() ?? "").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            if (names.Count is 0 or > MaxShards)
            {
                throw new ModelException($"{IndexFile} lists {names.Count} shards; 1 to {MaxShards} are read.");
            }

            return names.Find(name => name.Length == 0 || name != Path.GetFileName(name) || name is "." or "..") is { } outside
                ? throw new ModelException($"{IndexFile} points outside its folder: \"{outside}\".")
                : names;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ModelException($"{IndexFile} is malformed: {e.Message}", e);
        }
    }

    public bool Contains(string name) => _tensors.ContainsKey(name);

    public float[] ReadFloats(string name, params ReadOnlySpan<long> shape)
    {
        var (file, entry) = Find(name);
        if (!entry.Shape.AsSpan().SequenceEqual(shape))
        {
            throw new ModelException(
                $"Tensor {name} has shape [{string.Join(", ", entry.Shape)}]; the configuration asks for [{string.Join(", ", shape.ToArray())}].");
        }

        return FloatWidening.ToFloats(file.Bytes(entry), entry);
    }

    public long[] ShapeOf(string name) => Find(name).Entry.Shape;

    public void Dispose() => _files.ForEach(file => file.Dispose());

    private (SafetensorsFile File, TensorEntry Entry) Find(string name) => _tensors.TryGetValue(name, out var found) ? found
        : throw new ModelException($"The checkpoint lacks tensor {name}.");
}
