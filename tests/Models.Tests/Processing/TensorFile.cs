using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace VisionCluster.Models.Tests.Processing;

/// <summary>Reads F32 tensors of a safetensors file: all that these tests need, so that they do not rest on the product's reader.</summary>
internal sealed class TensorFile
{
    private readonly byte[] _file;
    private readonly JsonElement _header;
    private readonly int _data;

    public TensorFile(string path)
    {
        _file = File.ReadAllBytes(path);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(_file);
        using var header = JsonDocument.Parse(_file.AsMemory(8, length));
        _header = header.RootElement.Clone();
        _data = 8 + length;
    }

    public (int[] Shape, float[] Values) Floats(string name)
    {
        var tensor = _header.GetProperty(name);
        Assert.Equal("F32", tensor.GetProperty("dtype").GetString());
        int[] shape = [.. tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        var offsets = tensor.GetProperty("data_offsets");
        var (start, end) = (offsets[0].GetInt32(), offsets[1].GetInt32());
        return (shape, MemoryMarshal.Cast<byte, float>(_file.AsSpan(_data + start, end - start)).ToArray());
    }
}
