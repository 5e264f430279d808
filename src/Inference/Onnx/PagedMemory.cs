using System.Runtime.InteropServices;

namespace VisionCluster.Inference.Onnx;

/// <summary>
/// Zeroed memory that costs nothing until it is written. On Linux it is mapped without a reservation and in small pages (one written byte
/// must not cost two megabytes), and pages can be given back; elsewhere the allocator's memory, which stays.
/// </summary>
internal sealed unsafe partial class PagedMemory : IDisposable
{
    private const int ReadWrite = 0x1 | 0x2;
    private const int PrivateAnonymousUnreserved = 0x2 | 0x20 | 0x4000;
    private const int DontNeed = 4;
    private const int NoHugePage = 15;

    private readonly nuint _bytes;
    private byte* _address;

    /// <exception cref="OutOfMemoryException">The system refuses so much address space.</exception>
    public PagedMemory(long bytes)
    {
        _bytes = (nuint)Math.Max(bytes, 1);
        if (!CanRelease)
        {
            _address = (byte*)NativeMemory.AllocZeroed(_bytes);
            return;
        }

        var mapped = Map(0, _bytes, ReadWrite, PrivateAnonymousUnreserved, -1, 0);
        if (mapped == -1)
        {
            throw new OutOfMemoryException(
                $"The system refuses {bytes >> 20:N0} MiB of address space for key-value memory; lower the number of slots or the context.");
        }

        _address = (byte*)mapped;
        _ = Advise(mapped, _bytes, NoHugePage); // a system without huge pages says no, and need not
    }

    /// <summary>Whether <see cref="Release"/> gives anything back.</summary>
    public static bool CanRelease { get; } = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    public byte* Address => _address;

    /// <summary>Gives back the whole pages of a range, which reads as zeros from then on.</summary>
    public void Release(long offset, long bytes)
    {
        var page = Environment.SystemPageSize;
        var first = (offset + page - 1) / page * page;
        var end = (offset + bytes) / page * page;
        if (CanRelease && end > first)
        {
            _ = Advise((nint)(_address + first), (nuint)(end - first), DontNeed);
        }
    }

    public void Dispose()
    {
        if (_address is null)
        {
            return;
        }

        if (CanRelease)
        {
            _ = Unmap((nint)_address, _bytes);
        }
        else
        {
            NativeMemory.Free(_address);
        }

        _address = null;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
