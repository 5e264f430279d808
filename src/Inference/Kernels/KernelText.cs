using System.Runtime.InteropServices;

namespace VisionCluster.Inference.Kernels;

internal static unsafe class KernelText
{
    /// <summary>UTF-8, zero-terminated, for the life of the process.</summary>
    public static byte* Of(string text) => (byte*)Marshal.StringToCoTaskMemUTF8(text);
}
