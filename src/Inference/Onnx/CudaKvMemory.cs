using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace VisionCluster.Inference.Onnx;

/// <summary>A key-value pool in a GPU's memory, one allocation for each plane. Slots are moved by ONNX Runtime's own device copy.</summary>
internal sealed unsafe class CudaKvMemory : KvMemory
{
    private readonly OrtMemoryInfo _info;
    private readonly OrtAllocator _allocator;
    private readonly OrtValue[] _planes;
    private readonly OrtValue _scratch;

    public CudaKvMemory(KvShape shape, int device, InferenceSession session)
        : base(shape)
    {
        _info = new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, device, OrtMemType.Default);
        _allocator = new OrtAllocator(session, _info);
        _planes = new OrtValue[shape.Planes];
        for (var plane = 0; plane < _planes.Length; plane++)
        {
            _planes[plane] = Allocate(shape.Slots);
        }

        _scratch = Allocate(1);
    }

    public override void Copy(int source, int destination, int tokens)
    {
        for (var plane = 0; plane < Shape.Planes; plane++)
        {
            Move(SlotOf(plane, source), SlotOf(plane, destination));
        }
    }

    public override void Swap(int first, int second, int tokens)
    {
        for (var plane = 0; plane < Shape.Planes; plane++)
        {
            Move(SlotOf(plane, first), Scratch());
            Move(SlotOf(plane, second), SlotOf(plane, first));
            Move(Scratch(), SlotOf(plane, second));
        }
    }

    public override void Dispose()
    {
        foreach (var plane in _planes)
        {
            plane.Dispose();
        }

        _scratch.Dispose();
        _allocator.Dispose();
        _info.Dispose();
    }

    protected override OrtValue View(int plane, long byteOffset, long[] dimensions, long bytes) =>
        Tensor(Address(_planes[plane]) + (nint)byteOffset, dimensions, bytes);

    private static void Move(OrtValue source, OrtValue destination)
    {
        using (source)
        using (destination)
        {
            OrtEnv.Instance().CopyTensors([source], [destination], null!);
        }
    }

    private OrtValue SlotOf(int plane, int slot) => View(plane, slot, 1);

    private OrtValue Allocate(int slots) =>
        OrtValue.CreateAllocatedTensorValue(_allocator, Shape.ElementType, [slots, Shape.KvHeads, Shape.Capacity, Shape.HeadDim]);

    /// <summary>The device address; the span over it is never read here.</summary>
    private static nint Address(OrtValue value) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(value.GetTensorMutableRawData()));

    private OrtValue Scratch() => Tensor(Address(_scratch), [1, Shape.KvHeads, Shape.Capacity, Shape.HeadDim], Shape.SlotBytes);

    private OrtValue Tensor(nint pointer, long[] dimensions, long bytes) =>
        OrtValue.CreateTensorValueWithData(_info, Shape.ElementType, dimensions, pointer, bytes);
}
