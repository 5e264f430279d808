using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace VisionCluster.Faults.Tests.Processes;

/// <summary>A real process that a test starts, signals and kills. Its last lines go into every failure's message.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int KeptLines = 60;
    private const string FailoverMark = "goes on elsewhere";
    private const int SigInt = 2;
    private const int SigTerm = 15;
    private const int SigStop = 19;
    private const int SigCont = 18;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new(); // the last KeptLines
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Lock _lock = new();
    private readonly List<(string Mark, TaskCompletionSource Said)> _awaited = [];

    private int _failovers;

    private ServerProcess(string name, ProcessStartInfo start, string readyMark)
    {
        Name = name;
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Take(e.Data, readyMark);
        _process.ErrorDataReceived += (_, e) => Take(e.Data, readyMark);
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool IsRunning => !_process.HasExited;

    /// <summary>How many answers it says to have taken over from another silo.</summary>
    public int Failovers => Volatile.Read(ref _failovers);

    public string LastLines => string.Join('\n', _lines);

    /// <summary>Starts it and waits for the line that says that it is ready.</summary>
    /// <returns>The process, and that line.</returns>
    public static async Task<(ServerProcess Process, string ReadyLine)> StartAsync(
        string name, string program, IEnumerable<string> arguments, string readyMark, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments);
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
            start.Environment[key] = value;
        var server = new ServerProcess(name, start, readyMark);
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        try
        {
            var exited = server._process.WaitForExitAsync();
            await Task.WhenAny(server._ready.Task, exited).Within($"{name} says '{readyMark}'");
            if (!server._ready.Task.IsCompleted)
                throw new InvalidOperationException($"{name} ended before it said '{readyMark}'.");
            return (server, await server._ready.Task);
        }
        catch (Exception e)
        {
            await server.DisposeAsync();
            throw new InvalidOperationException($"{e.Message}\nLast lines of {name}:\n{server.LastLines}", e);
        }
    }

    /// <summary>SIGKILL: it says goodbye to nobody.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().Within($"{Name} is dead");
    }

    /// <summary>SIGTERM, and waits until it has ended in order.</summary>
    public async Task TerminateAsync()
    {
        Signal(SigTerm);
        await _process.WaitForExitAsync().Within($"{Name} ends after SIGTERM");
    }

    /// <summary>SIGINT, and waits until it has ended in order.</summary>
    public async Task InterruptAsync()
    {
        if (IsRunning)
            Signal(SigInt);
        await _process.WaitForExitAsync().Within($"{Name} ends after SIGINT");
    }

    /// <summary>Stops the whole process until <see cref="Continue"/>.</summary>
    public void Stop() => Signal(SigStop);

    public void Continue() => Signal(SigCont);

    /// <summary>Completes when it says that, from now on.</summary>
    public Task SaysAsync(string mark)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _awaited.Add((mark, said));
        return said.Task.Within($"{Name} says '{mark}'");
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public Task EndedAsync() => _process.WaitForExitAsync().Within($"{Name} ends by itself");

    /// <summary>Stops the whole process for so long, as a long collection or a swapping machine does.</summary>
    public async Task StallAsync(TimeSpan time)
    {
        var seconds = time.TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var staller = Process.Start("sh", ["-c", $"kill -STOP {Id}; sleep {seconds}; kill -CONT {Id}"]);
        await staller.WaitForExitAsync().Within($"{Name} goes on after its stall");
    }

    /// <summary>Lets the process run for a while, rest for a while, and so on until the result is disposed.</summary>
    public IDisposable SlowDown(TimeSpan run, TimeSpan rest)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        var (on, off) = (run.TotalSeconds.ToString(culture), rest.TotalSeconds.ToString(culture));
        var loop = $"while kill -STOP {Id}; do sleep {off}; kill -CONT {Id}; sleep {on}; done";
        return new Brake(Process.Start("sh", ["-c", loop]), this);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    private void Signal(int signal)
    {
        if (SendSignal(Id, signal) != 0)
            throw new InvalidOperationException($"{Name} could not be signalled.");
    }

    private sealed class Brake(Process loop, ServerProcess process) : IDisposable
    {
        public void Dispose()
        {
            loop.Kill();
            loop.WaitForExit();
            loop.Dispose();
            if (process.IsRunning)
                process.Continue();
        }
    }

    private void Take(string? line, string readyMark)
    {
        if (line is null)
            return;
        if (line.Contains(FailoverMark, StringComparison.Ordinal))
            Interlocked.Increment(ref _failovers);
        _lines.Enqueue(line);
        while (_lines.Count > KeptLines)
            _lines.TryDequeue(out _);
        if (line.Contains(readyMark, StringComparison.Ordinal))
            _ready.TrySetResult(line);
        lock (_lock)
        {
            foreach (var (_, said) in _awaited.Where(a => line.Contains(a.Mark, StringComparison.Ordinal)))
                said.TrySetResult();
        }
    }
}
