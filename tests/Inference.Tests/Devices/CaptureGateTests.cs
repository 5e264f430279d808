using VisionCluster.Inference.Devices;

namespace VisionCluster.Inference.Tests.Devices;

/// <summary>A scope ends on the thread that began it, so nothing here is awaited.</summary>
public sealed class CaptureGateTests
{
    private readonly CaptureGate _gate = new();

    [Fact]
    public void Calls_DoNotWaitForEachOther()
    {
        using var first = _gate.Call();

        Elsewhere(() => _gate.Call().Dispose()).Done.Or("a second call began");
    }

    [Fact]
    public void Capture_WaitsForCalls_AndKeepsOthersOutOnlyWhileItLasts()
    {
        var (begun, ends) = (new ManualResetEventSlim(), new ManualResetEventSlim());
        var call = _gate.Call();
        var capture = Elsewhere(() =>
        {
            using var alone = _gate.Capture();
            using var inside = _gate.Call(); // what it runs
            begun.Set();
            ends.Wait();
        });
        try
        {
            WaitUntilBlocked(capture);
            Assert.False(begun.IsSet);
            call.Dispose();
            begun.Or("the capture began");
            var later = Elsewhere(() => _gate.Call().Dispose());
            WaitUntilBlocked(later);
            Assert.False(later.Done.IsSet);

            ends.Set();

            later.Done.Or("a call after the capture began");
        }
        finally
        {
            ends.Set(); // or its thread would stay
        }

        capture.Done.Or("the capture ended");
    }

    [Fact]
    public void Enter_AnotherDevice_WaitsForNothing()
    {
        using var alone = CaptureGate.EnterAlone(new DeviceOptions { Kind = DeviceKind.Cuda });

        Elsewhere(() => CaptureGate.Enter(DeviceOptions.Cpu).Dispose()).Done.Or("a CPU's call began");
    }

    private static (Thread Thread, ManualResetEventSlim Done) Elsewhere(Action action)
    {
        var done = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            action();
            done.Set();
        });
        thread.Start();
        return (thread, done);
    }

    private static void WaitUntilBlocked((Thread Thread, ManualResetEventSlim Done) work) =>
        SpinWait.SpinUntil(() => work.Done.IsSet || work.Thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
}
