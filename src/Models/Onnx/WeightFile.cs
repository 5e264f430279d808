using System.Runtime.InteropServices;

namespace VisionCluster.Models.Onnx;

/// <summary>
/// The weights that all graphs of a compiled model share: each tensor is written once, at a page-aligned place, so that ONNX Runtime can
/// map it. Graphs refer to it as ONNX external data.
/// </summary>
internal sealed class WeightFile(string path) : IDisposable
{
    private const int Alignment = 4096;

    private readonly FileStream _stream = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
    private readonly Dictionary<string, WeightPlace> _places = new(StringComparer.Ordinal);

    public string FileName { get; } = Path.GetFileName(path);

    /// <summary>Writes a tensor unless one of that name is there already; <paramref name="produce"/> runs only then.</summary>
    public WeightPlace Add<T>(string name, long[] shape, Func<T[]> produce)
        where T : unmanaged
    {
        if (_places.TryGetValue(name, out var place))
        {
            return place;
        }

        var values = produce();
        var count = shape.Aggregate(1L, (product, side) => product * side);
        if (values.Length != count)
        {
            throw new InvalidOperationException($"Weight {name} has {values.Length} values for shape [{string.Join(", ", shape)}].");
        }

        _stream.Position = (_stream.Position + Alignment - 1) / Alignment * Alignment;
        place = new WeightPlace(shape, _stream.Position, values.Length * (long)Marshal.SizeOf<T>());
        _stream.Write(MemoryMarshal.AsBytes<T>(values));
        return _places[name] = place;
    }

    /// <summary>Waits until everything is on the disk: a cache entry must never be seen half-written.</summary>
    public void Flush() => _stream.Flush(flushToDisk: true);

    public void Dispose() => _stream.Dispose();
}

/// <summary>Where a tensor lies in the weight file.</summary>
internal sealed record WeightPlace(long[] Shape, long Offset, long ByteCount);
