using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VisionCluster.Models;

namespace VisionCluster.Inference.Devices;

/// <summary>Memory of the device that a session runs on, from ONNX Runtime's allocator. Addresses are good until it is disposed.</summary>
internal sealed unsafe class DeviceMemory : IDisposable
{
    // Outside of a run ONNX Runtime copies to and from a GPU only for those who registered its provider by name.
    private static readonly Lazy<bool> Copies = new(() =>
    {
        var library = OperatingSystem.IsWindows() ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so";
        OrtEnv.Instance().RegisterExecutionProviderLibrary("cuda", library);
        return true;
    });

    private readonly DeviceOptions _device;
    private readonly OrtMemoryInfo _info;
    private readonly OrtAllocator _allocator;
    private readonly List<OrtValue> _blocks = []; // as many as its owner asks for when a model is loaded

    /// <exception cref="ModelException">ONNX Runtime here cannot copy to and from the device.</exception>
    public DeviceMemory(DeviceSession session)
    {
        _device = session.Device;
        using var call = CaptureGate.Enter(_device);
        try
        {
            _info = IsHost ? OrtMemoryInfo.DefaultInstance
                : new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, _device.Index, OrtMemType.Default);
            _allocator = session.CreateAllocator(_info);
            _ = IsHost || Copies.Value;
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"{_device.Id}: ONNX Runtime does not give or copy its memory: {e.Message}", e);
        }
    }

    private bool IsHost => _device.Kind != DeviceKind.Cuda;

    /// <returns>The address of so much memory, on the device.</returns>
    public nint Allocate(TensorElementType type, params long[] dimensions)
    {
        using var call = CaptureGate.Enter(_device);
        var block = OrtValue.CreateAllocatedTensorValue(_allocator, type, dimensions);
        _blocks.Add(block);
        return Address(block);
    }

    /// <summary>A tensor over memory of the device; whoever asks disposes it.</summary>
    public OrtValue View(nint address, TensorElementType type, long[] dimensions, long bytes) =>
        OrtValue.CreateTensorValueWithData(_info, type, dimensions, address, bytes);

    /// <summary>Copies tensors of the device or of main memory, each to one of its size; returns when that is done.</summary>
    public void Copy(OrtValue[] from, OrtValue[] to)
    {
        if (!IsHost)
        {
            using var call = CaptureGate.Enter(_device);
            OrtEnv.Instance().CopyTensors(from, to, null!);
            return;
        }

        for (var i = 0; i < from.Length; i++)
        {
            from[i].GetTensorMutableRawData().CopyTo(to[i].GetTensorMutableRawData());
        }
    }

    public void Dispose()
    {
        using var call = CaptureGate.Enter(_device);
        _blocks.ForEach(block => block.Dispose());
        _allocator.Dispose();
        if (!IsHost)
        {
            _info.Dispose();
        }
    }

    /// <summary>The span over a GPU's memory is never read.</summary>
    internal static nint Address(OrtValue value) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(value.GetTensorMutableRawData()));
}
