using System.IO.MemoryMappedFiles;

namespace VisionCluster.Models.Gguf;

/// <summary>A read-only memory-mapped file of any size, of which ranges are handed out after a bounds check.</summary>
internal sealed unsafe class MappedBytes : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _start;

    public MappedBytes(string path)
    {
        (Name, Length) = (Path.GetFileName(path), new FileInfo(path).Length);
        if (Length == 0)
        {
            throw new ModelException($"{Name} is empty.");
        }

        _map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        try
        {
            _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            byte* start = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            _start = start + _view.PointerOffset;
        }
        catch
        {
            _view?.Dispose();
            _map.Dispose();
            throw;
        }
    }

    /// <summary>The file's name, for messages.</summary>
    public string Name { get; }

    public long Length { get; }

    /// <summary>A range of the file. Valid until the mapping is disposed.</summary>
    /// <exception cref="ModelException">It does not lie inside the file.</exception>
    public ReadOnlySpan<byte> Slice(long offset, long count)
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        if (offset < 0 || count < 0 || count > Length - offset)
        {
            throw new ModelException($"{Name} is truncated or malformed: {count} bytes at {offset} are not inside its {Length}.");
        }

        return count <= int.MaxValue ? new ReadOnlySpan<byte>(_start + offset, (int)count)
            : throw new ModelException($"{Name}: a part of {count} bytes is too large to be read at once.");
    }

    public void Dispose()
    {
        if (_start is not null)
        {
            _start = null;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _map.Dispose();
        }
    }
}
