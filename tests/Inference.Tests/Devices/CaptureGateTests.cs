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
        using var ends = new ManualResetEventSlim();
        var call = _gate.Call();
        var capture = Elsewhere(() =>
        {
            using var alone = _gate.Capture();
            using var inside = _gate.Call(); // what it runs
            ends.Or("the test let the capture end");
        });
        Assert.True(IsBlocked(capture));
        call.Dispose();
        var later = Elsewhere(() => _gate.Call().Dispose());
        Assert.True(IsBlocked(later));

        ends.Set();

        capture.Done.Or("the capture ended");
        later.Done.Or("a call after the capture began");
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

    private static bool IsBlocked((Thread Thread, ManualResetEventSlim Done) work)
    {
        SpinWait.SpinUntil(() => work.Done.IsSet || work.Thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
        return !work.Done.IsSet;
    }
}
