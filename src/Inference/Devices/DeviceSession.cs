using Microsoft.ML.OnnxRuntime;

namespace VisionCluster.Inference.Devices;

/// <summary>A graph that is open on a device. What it does there keeps out of the way of graphs that are being captured (<see cref="CaptureGate"/>).</summary>
internal sealed class DeviceSession(InferenceSession session, DeviceOptions device) : IDisposable
{
    public DeviceOptions Device => device;

    public IReadOnlyList<string> OutputNames => session.OutputNames;

    public OrtIoBinding CreateIoBinding() => session.CreateIoBinding();

    public OrtAllocator CreateAllocator(OrtMemoryInfo info) => new(session, info);

    public IDisposableReadOnlyCollection<OrtValue> Run(
        RunOptions options, IReadOnlyCollection<string> inputNames, IReadOnlyCollection<OrtValue> inputs, IReadOnlyCollection<string> outputNames)
    {
        using var call = CaptureGate.Enter(device);
        return session.Run(options, inputNames, inputs, outputNames);
    }

    public void RunWithBinding(RunOptions options, OrtIoBinding binding)
    {
        using var call = CaptureGate.Enter(device);
        session.RunWithBinding(options, binding);
    }

    public void Dispose()
    {
        using var call = CaptureGate.Enter(device);
        session.Dispose();
    }
}
