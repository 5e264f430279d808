using System.Text;

namespace VisionCluster.TestKit;

/// <summary>Writes small GGUF files, version 3, little endian. What is not well-formed is made by changing their bytes.</summary>
public sealed class GgufWriter
{
    private const int Alignment = 32;

    private readonly List<(string Key, Action<BinaryWriter> Write)> _metadata = [];
    private readonly List<(string Name, long[] Shape, uint Type, byte[] Bytes)> _tensors = [];

    public GgufWriter Text(string key, string value) => Add(key, 8, writer => String(writer, value));

    public GgufWriter Integer(string key, uint value) => Add(key, 4, writer => writer.Write(value));

    public GgufWriter Number(string key, float value) => Add(key, 6, writer => writer.Write(value));

    public GgufWriter Flag(string key, bool value) => Add(key, 7, writer => writer.Write(value));

    public GgufWriter Texts(string key, IReadOnlyCollection<string> values) =>
        Array(key, 8, values.Count, writer => values.ToList().ForEach(value => String(writer, value)));

    public GgufWriter Integers(string key, params int[] values) => Array(key, 5, values.Length, writer => System.Array.ForEach(values, writer.Write));

    public GgufWriter Numbers(string key, params float[] values) => Array(key, 6, values.Length, writer => System.Array.ForEach(values, writer.Write));

    public GgufWriter Remove(string key)
    {
        _metadata.RemoveAll(entry => entry.Key == key);
        return this;
    }

    /// <param name="name">GGUF's name.</param>
    /// <param name="shape">Row major, outermost first.</param>
    /// <param name="type">ggml's number.</param>
    /// <param name="bytes">The data.</param>
    public GgufWriter Tensor(string name, long[] shape, uint type, byte[] bytes)
    {
        _tensors.Add((name, shape, type, bytes));
        return this;
    }

    public GgufWriter Tensor(string name, long[] shape, float[] values)
    {
        var bytes = new byte[values.Length * sizeof(float)];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        return Tensor(name, shape, 0, bytes);
    }

    /// <summary>The float32 tensors that were added.</summary>
    public IEnumerable<(string Name, long[] Shape, float[] Values)> FloatTensors() => _tensors.Where(tensor => tensor.Type == 0)
        .Select(tensor => (tensor.Name, tensor.Shape, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.Bytes).ToArray()));

    public byte[] ToArray()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)_metadata.Count);
        _metadata.ForEach(entry => entry.Write(writer));
        var offset = 0L;
        foreach (var (name, shape, type, bytes) in _tensors)
        {
            String(writer, name);
            writer.Write((uint)shape.Length);
            shape.Reverse().ToList().ForEach(writer.Write);
            writer.Write(type);
            writer.Write(offset);
            offset = Align(offset + bytes.Length);
        }

        foreach (var (_, _, _, bytes) in _tensors)
        {
            writer.Write(new byte[Align(stream.Position) - stream.Position]);
            writer.Write(bytes);
        }

        return stream.ToArray();
    }

    public string Write(string folder, string name = "model.gguf")
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, ToArray());
        return path;
    }

    private static long Align(long offset) => (offset + Alignment - 1) / Alignment * Alignment;

    private static void String(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private GgufWriter Array(string key, uint type, int count, Action<BinaryWriter> elements) => Add(key, 9, writer =>
    {
        writer.Write(type);
        writer.Write((ulong)count);
        elements(writer);
    });

    private GgufWriter Add(string key, uint type, Action<BinaryWriter> value)
    {
        _metadata.Add((key, writer =>
        {
            String(writer, key);
            writer.Write(type);
            value(writer);
        }
        ));
        return this;
    }
}
