using System.Globalization;
using VisionCluster.TestKit;

namespace VisionCluster.Faults.Tests.Processes;

/// <summary>A real Redis on a free port, which remembers over a restart.</summary>
internal sealed class RedisServer : IStoreServer
{
    private readonly TemporaryFolder _folder = new();
    private ServerProcess _process = null!;

    /// <summary>Null where Debian's package <c>redis-server</c> (<c>deploy/install-test-tools.sh</c>) is not installed.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "redis-server"))
        .FirstOrDefault(File.Exists);

    public int Port { get; } = Ports.Free();

    public string Address => $"127.0.0.1:{Port}";

    public string[] Arguments => ["--redis", Address];

    public static async Task<RedisServer> StartAsync()
    {
        var redis = new RedisServer();
        await redis.StartProcessAsync();
        return redis;
    }

    public async Task RestartAsync()
    {
        await _process.KillAsync();
        await _process.DisposeAsync();
        await StartProcessAsync();
    }

    public void Stop() => _process.Stop();

    public void Continue() => _process.Continue();

    /// <summary>It answers nobody for so long, as on a machine that swaps.</summary>
    public Task StallAsync(TimeSpan time) => _process.StallAsync(time);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartProcessAsync()
    {
        string[] arguments =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder.Path,
            "--save", "", "--appendonly", "yes", "--appendfsync", "always",
        ];
        (_process, _) = await ServerProcess.StartAsync("redis", Program!, arguments, "Ready to accept connections");
    }
}
