using System.Buffers.Binary;
using System.Text;

namespace VisionCluster.Models.Gguf;

/// <summary>Reads a GGUF header front to back; nothing is allocated before its size is known to be in the file and below its bound.</summary>
internal struct GgufCursor(MappedBytes file, long position)
{
    public long Position { get; private set; } = position;

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <summary>A count that stands for at least <paramref name="bytesEach"/> bytes of the file each.</summary>
    public int Count(string what, int most, int bytesEach)
    {
        var count = UInt64();
        if (count > (ulong)most)
        {
            throw new ModelException($"{file.Name} claims {count} {what}; at most {most} are read.");
        }

        return (long)count * bytesEach <= file.Length - Position ? (int)count
            : throw new ModelException($"{file.Name} is truncated: {count} {what} do not fit its {file.Length} bytes.");
    }

    public string Text(string what, int mostBytes) => Encoding.UTF8.GetString(Take(Count($"bytes of {what}", mostBytes, 1)));

    public ReadOnlySpan<byte> Take(long count)
    {
        var bytes = file.Slice(Position, count);
        Position += count;
        return bytes;
    }

    /// <summary>Passes over bytes that must be there.</summary>
    public void Skip(long count)
    {
        if (count > file.Length - Position)
        {
            throw new ModelException($"{file.Name} is truncated: {count} bytes at {Position} do not fit its {file.Length}.");
        }

        Position += count;
    }
}
