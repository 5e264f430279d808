using System.IO.MemoryMappedFiles;

namespace VisionCluster.Models.Checkpoints;

/// <summary>
/// A memory-mapped safetensors file (format: https://huggingface.co/docs/safetensors). The header is checked completely before any
/// tensor is handed out: every range lies inside the file, has the size of its shape, and overlaps no other.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _data;

    private SafetensorsFile(MemoryMappedFile map, MemoryMappedViewAccessor view, byte* data, IReadOnlyDictionary<string, TensorEntry> tensors)
    {
        (_map, _view, Tensors) = (map, view, tensors);
        _data = data;
    }

    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <exception cref="ModelException">The file is missing, truncated or malformed.</exception>
    public static SafetensorsFile Open(string path)
    {
        var name = Path.GetFileName(path);
        if (!File.Exists(path))
        {
            throw new ModelException($"{name} is missing.");
        }

        var length = new FileInfo(path).Length;
        if (length < 8)
        {
            throw new ModelException($"{name} is truncated: {length} bytes cannot hold a safetensors header.");
        }

        var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        MemoryMappedViewAccessor? view = null;
        try
        {
            view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            byte* start = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            start += view.PointerOffset;
            var tensors = SafetensorsHeader.Read(name, start, length, out var dataOffset);
            return new SafetensorsFile(map, view, start + dataOffset, tensors);
        }
        catch
        {
            view?.Dispose();
            map.Dispose();
            throw;
        }
    }

    /// <summary>A tensor's bytes, little endian, row major. Valid until the file is disposed.</summary>
    public ReadOnlySpan<byte> Bytes(TensorEntry tensor)
    {
        if (tensor.ByteCount > int.MaxValue)
        {
            throw new ModelException($"Tensor {tensor.Name} is larger than 2 GiB.");
        }

        return new ReadOnlySpan<byte>(_data + tensor.Offset, (int)tensor.ByteCount);
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }
}
