namespace VisionCluster.Inference.Devices;

/// <summary>
/// Keeps calls to CUDA and the capturing of CUDA graphs apart. ONNX Runtime captures in the global mode
/// (<c>cudaStreamCaptureModeGlobal</c>): an allocation or a copy of any other thread of the process meanwhile fails, and spoils the capture.
/// </summary>
internal sealed class CaptureGate
{
    // A run allocates and copies inside its own call, and so does one that captures.
    private readonly ReaderWriterLockSlim _lock = new(LockRecursionPolicy.SupportsRecursion);

    private static CaptureGate Process { get; } = new();

    /// <summary>For a call to a device; devices other than GPUs are not kept from anything.</summary>
    public static Scope Enter(DeviceOptions device) => device.Kind == DeviceKind.Cuda ? Process.Call() : default;

    /// <summary>For a call to a device that captures; not inside <see cref="Enter"/>, but around it.</summary>
    public static Scope EnterAlone(DeviceOptions device) => device.Kind == DeviceKind.Cuda ? Process.Capture() : default;

    /// <summary>Waits while anybody captures.</summary>
    public Scope Call()
    {
        _lock.EnterReadLock();
        return new Scope(_lock, alone: false);
    }

    /// <summary>Waits until nobody calls, and keeps others from it.</summary>
    public Scope Capture()
    {
        _lock.EnterWriteLock();
        return new Scope(_lock, alone: true);
    }

    /// <summary>Ends when it is disposed, on the thread that began it.</summary>
    public readonly struct Scope(ReaderWriterLockSlim gate, bool alone) : IDisposable
    {
        private readonly ReaderWriterLockSlim? _gate = gate;
        private readonly bool _alone = alone;

        public void Dispose()
        {
            if (_alone)
            {
                _gate?.ExitWriteLock();
            }
            else
            {
                _gate?.ExitReadLock();
            }
        }
    }
}
