using Orleans.Runtime;

namespace VisionCluster.Grains.Decoding;

/// <summary>Notices that nobody has read a turn's log for a while. Used on the grain's turns only.</summary>
internal sealed class ReaderWatch : IDisposable
{
    private static readonly TimeSpan ShortWindow = TimeSpan.FromSeconds(2); // the present reader's next call

    private readonly IGrainTimer _timer;
    private TimeSpan _window;
    private int _readers;
    private HeldAnswers? _held;
    private bool _disposed;

    /// <param name="grain">Kept from idling out while the window runs.</param>
    /// <param name="turn">Whose log it is.</param>
    /// <param name="onSilence">Called when the window has passed without a reader.</param>
    /// <param name="window">How long.</param>
    public ReaderWatch(IGrainBase grain, Turn turn, Action<Turn> onSilence, TimeSpan window)
    {
        _window = window;
        _timer = grain.RegisterGrainTimer(
            _ =>
            {
                if (_readers == 0)
                    onSilence(turn);
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(window, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
    }

    /// <summary>Somebody reads until the result is disposed.</summary>
    public Reader Reading()
    {
        _readers++;
        if (!_disposed)
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return new Reader(this);
    }

    /// <summary>The window starts anew.</summary>
    public void Restart()
    {
        if (_readers == 0 && !_disposed)
            _timer.Change(_window, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The answer is complete. It is held for the window if there is room, else only until its present reader has it.</summary>
    public void Hold(HeldAnswers held)
    {
        if (_disposed)
            return;
        if (held.TryHold())
            _held = held;
        else
            _window = _window < ShortWindow ? _window : ShortWindow;
        Restart();
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _timer.Dispose();
        _held?.Release();
    }

    private void Leave()
    {
        _readers--;
        Restart();
    }

    public readonly struct Reader(ReaderWatch watch) : IDisposable
    {
        public void Dispose() => watch.Leave();
    }
}
