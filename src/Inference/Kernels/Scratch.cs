using System.Runtime.InteropServices;

namespace VisionCluster.Inference.Kernels;

/// <summary>
/// Memory that kernels use while a node runs. A thread has one piece for the nodes that it runs and one for its shares of their work, each
/// as large as was ever needed.
/// </summary>
internal sealed unsafe class Scratch
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static Scratch? _node;

    [ThreadStatic]
    private static Scratch? _share;

    private byte* _memory;
    private nuint _bytes;

    private Scratch()
    {
    }

    ~Scratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>For a node, until the thread runs the next: at least so many bytes, aligned for vectors, with undefined contents.</summary>
    public static byte* OfNode(long bytes) => (_node ??= new Scratch()).Get((nuint)bytes);

    /// <summary>The same for a share of a node's work.</summary>
    public static byte* OfShare(long bytes) => (_share ??= new Scratch()).Get((nuint)bytes);

    /// <summary>Rounds up to where the next vector may lie.</summary>
    public static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private byte* Get(nuint bytes)
    {
        if (_bytes < bytes)
        {
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            _bytes = 0;
            _memory = (byte*)NativeMemory.AlignedAlloc(bytes, Alignment);
            _bytes = bytes;
        }

        return _memory;
    }
}
