using Microsoft.ML.OnnxRuntime;
using VisionCluster.Inference.Devices;

namespace VisionCluster.Inference.Onnx;

/// <summary>A key-value pool in a GPU's memory, one allocation for each plane. Slots are moved by ONNX Runtime's own device copy.</summary>
internal sealed class CudaKvMemory : KvMemory
{
    private readonly DeviceMemory _memory;
    private readonly nint[] _planes;
    private readonly nint _scratch;

    public CudaKvMemory(KvShape shape, DeviceSession session)
        : base(shape)
    {
        _memory = new DeviceMemory(session);
        _planes = new nint[shape.Planes];
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

    public override void Dispose() => _memory.Dispose();

    protected override OrtValue View(int plane, long byteOffset, long[] dimensions, long bytes) =>
        _memory.View(_planes[plane] + (nint)byteOffset, Shape.ElementType, dimensions, bytes);

    private void Move(OrtValue source, OrtValue destination)
    {
        using (source)
        using (destination)
        {
            _memory.Copy([source], [destination]);
        }
    }

    private OrtValue SlotOf(int plane, int slot) => View(plane, slot, 1);

    private nint Allocate(int slots) => _memory.Allocate(Shape.ElementType, slots, Shape.KvHeads, Shape.Capacity, Shape.HeadDim);

    private OrtValue Scratch() =>
        _memory.View(_scratch, Shape.ElementType, [1, Shape.KvHeads, Shape.Capacity, Shape.HeadDim], Shape.SlotBytes);
}
