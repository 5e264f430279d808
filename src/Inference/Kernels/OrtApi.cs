using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VisionCluster.Inference.Kernels;

/// <summary>
/// The part of ONNX Runtime's C API that custom operators need and its C# package does not expose (<c>onnxruntime_c_api.h</c>). The table
/// of functions only ever grows at its end, so a function's place in it is part of the ABI.
/// </summary>
internal static unsafe partial class OrtApi
{
    private const uint Version = 18; // the first that has all of the functions below

    private static readonly nint* Table = Load();

    public static nint CreateStatus(string message)
    {
        const int fail = 1;
        var text = Marshal.StringToCoTaskMemUTF8(message);
        try
        {
            return ((delegate* unmanaged[Cdecl]<int, nint, nint>)Table[Place.CreateStatus])(fail, text);
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
        }
    }

    public static nint CreateDomain(string name)
    {
        var text = Marshal.StringToCoTaskMemUTF8(name);
        nint domain;
        Check(((delegate* unmanaged[Cdecl]<nint, nint*, nint>)Table[Place.CreateCustomOpDomain])(text, &domain));
        return domain; // lives as long as the process, and so does its name
    }

    public static void AddOperator(nint domain, nint op) =>
        Check(((delegate* unmanaged[Cdecl]<nint, nint, nint>)Table[Place.CustomOpDomainAdd])(domain, op));

    public static void AddDomain(nint sessionOptions, nint domain) =>
        Check(((delegate* unmanaged[Cdecl]<nint, nint, nint>)Table[Place.AddCustomOpDomain])(sessionOptions, domain));

    public static bool TryReadInt(nint info, string name, out long value)
    {
        fixed (byte* text = System.Text.Encoding.UTF8.GetBytes(name + "\0"))
        fixed (long* result = &value)
        {
            return IsOk(((delegate* unmanaged[Cdecl]<nint, byte*, long*, nint>)Table[Place.KernelInfoGetAttributeInt])(info, text, result));
        }
    }

    public static bool TryReadFloat(nint info, string name, out float value)
    {
        fixed (byte* text = System.Text.Encoding.UTF8.GetBytes(name + "\0"))
        fixed (float* result = &value)
        {
            return IsOk(((delegate* unmanaged[Cdecl]<nint, byte*, float*, nint>)Table[Place.KernelInfoGetAttributeFloat])(info, text, result));
        }
    }

    /// <returns>0 for an optional input that is absent.</returns>
    public static nint GetInput(nint context, int index)
    {
        nint value;
        Check(((delegate* unmanaged[Cdecl]<nint, nuint, nint*, nint>)Table[Place.KernelContextGetInput])(context, (nuint)index, &value));
        return value;
    }

    public static nint GetOutput(nint context, int index, ReadOnlySpan<long> shape)
    {
        nint value;
        fixed (long* sides = shape)
        {
            Check(((delegate* unmanaged[Cdecl]<nint, nuint, long*, nuint, nint*, nint>)Table[Place.KernelContextGetOutput])(
                context, (nuint)index, sides, (nuint)shape.Length, &value));
        }

        return value;
    }

    public static void* GetData(nint value)
    {
        void* data;
        Check(((delegate* unmanaged[Cdecl]<nint, void**, nint>)Table[Place.GetTensorMutableData])(value, &data));
        return data;
    }

    /// <summary>Writes a tensor's sides; returns how many there are.</summary>
    public static int GetShape(nint value, Span<long> shape)
    {
        nint info;
        Check(((delegate* unmanaged[Cdecl]<nint, nint*, nint>)Table[Place.GetTensorTypeAndShape])(value, &info));
        try
        {
            nuint count;
            Check(((delegate* unmanaged[Cdecl]<nint, nuint*, nint>)Table[Place.GetDimensionsCount])(info, &count));
            ArgumentOutOfRangeException.ThrowIfGreaterThan((int)count, shape.Length);
            fixed (long* sides = shape)
            {
                Check(((delegate* unmanaged[Cdecl]<nint, long*, nuint, nint>)Table[Place.GetDimensions])(info, sides, count));
            }

            return (int)count;
        }
        finally
        {
            ((delegate* unmanaged[Cdecl]<nint, void>)Table[Place.ReleaseTensorTypeAndShapeInfo])(info);
        }
    }

    /// <summary>Runs a function for 0..count−1 on the session's threads and the caller's; whoever is free takes the next.</summary>
    public static void ParallelFor(nint context, delegate* unmanaged[Cdecl]<void*, nuint, void> function, int count, void* state) =>
        Check(((delegate* unmanaged[Cdecl]<nint, delegate* unmanaged[Cdecl]<void*, nuint, void>, nuint, nuint, void*, nint>)Table[Place.KernelContextParallelFor])(
            context, function, (nuint)count, (nuint)count, state));

    private static void Check(nint status)
    {
        if (!IsOk(status))
        {
            throw new InvalidOperationException("A call of ONNX Runtime's C API failed.");
        }
    }

    private static bool IsOk(nint status)
    {
        if (status == 0)
        {
            return true;
        }

        ((delegate* unmanaged[Cdecl]<nint, void>)Table[Place.ReleaseStatus])(status);
        return false;
    }

    private static nint* Load()
    {
        var functions = (delegate* unmanaged[Cdecl]<uint, nint*>*)GetApiBase();
        var table = functions[0](Version);
        return table is not null ? table : throw new NotSupportedException($"This ONNX Runtime has no C API {Version}.");
    }

    [LibraryImport("onnxruntime", EntryPoint = "OrtGetApiBase")]
    private static partial nint GetApiBase();

    /// <summary>Places of functions in <c>OrtApi</c>.</summary>
    private static class Place
    {
        public const int CreateStatus = 0;
        public const int CreateCustomOpDomain = 26;
        public const int CustomOpDomainAdd = 27;
        public const int AddCustomOpDomain = 28;
        public const int GetTensorMutableData = 51;
        public const int GetDimensionsCount = 61;
        public const int GetDimensions = 62;
        public const int GetTensorTypeAndShape = 65;
        public const int KernelInfoGetAttributeFloat = 85;
        public const int KernelInfoGetAttributeInt = 86;
        public const int KernelContextGetInput = 90;
        public const int KernelContextGetOutput = 91;
        public const int ReleaseStatus = 93;
        public const int ReleaseTensorTypeAndShapeInfo = 99;
        public const int KernelContextParallelFor = 274;
    }
}
