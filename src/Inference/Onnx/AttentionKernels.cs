using System.Runtime.InteropServices;

namespace VisionCluster.Inference.Onnx;

/// <summary>
/// ONNX Runtime's flash attention on CPUs helps float caches and hinders 8-bit ones. It is switched off by a variable of the native
/// environment that kernels read when a session is made; .NET's own copy of the environment does not reach them.
/// </summary>
internal static partial class AttentionKernels
{
    private const string Variable = "ORT_GQA_DISABLE_FLASH_ATTENTION";

    private static readonly Lock Gate = new();

    /// <summary>Makes a session whose attention is not flash attention; elsewhere than on Unix it may be.</summary>
    public static T WithoutFlash<T>(Func<T> open)
    {
        if (OperatingSystem.IsWindows())
        {
            return open();
        }

        lock (Gate)
        {
            _ = SetVariable(Variable, "1", 1);
            try
            {
                return open();
            }
            finally
            {
                _ = UnsetVariable(Variable);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetVariable(string name);
}
