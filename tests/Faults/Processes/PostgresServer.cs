using System.Diagnostics;
using System.Globalization;
using VisionCluster.TestKit;

namespace VisionCluster.Faults.Tests.Processes;

/// <summary>A real PostgreSQL on a free port with a database of its own. It refuses to run as root, so root lends it an account.</summary>
internal sealed class PostgresServer : IStoreServer
{
    private const string Account = "postgres"; // of the operating system; Debian's package makes it
    private const string User = "visioncluster";
    private readonly TemporaryFolder _folder = new();
    private ServerProcess _process = null!;

    /// <summary>Null where Debian's package <c>postgresql</c> (<c>deploy/install-test-tools.sh</c>) is not installed.</summary>
    public static string? Programs { get; } = FindPrograms();

    public int Port { get; } = Ports.Free();

    public string Connection => $"Host=127.0.0.1;Port={Port};Username={User};Database=postgres";

    public string[] Arguments => ["--postgres", Connection];

    private string Data => Path.Combine(_folder.Path, "data");

    public static void SkipWithoutPostgres() =>
        Assert.SkipUnless(Programs is not null, "PostgreSQL is not installed: see deploy/install-test-tools.sh.");

    /// <param name="withTables">Whether the script of deploy/postgres is run.</param>
    public static async Task<PostgresServer> StartAsync(bool withTables = true)
    {
        var server = new PostgresServer();
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", Account, server._folder.Path);
        await RunAsync([.. AsAccount("initdb"), "-D", server.Data, "-U", User, "--auth", "trust", "--no-sync"]);
        await server.StartProcessAsync();
        if (withTables)
            await server.SqlFileAsync(Path.Combine(Fixtures.RepositoryRoot, "deploy", "postgres", "visioncluster.sql"));
        return server;
    }

    public async Task RestartAsync()
    {
        await _process.InterruptAsync();
        await _process.DisposeAsync();
        await StartProcessAsync();
    }

    public Task SqlAsync(string sql) => RunAsync([.. Psql(), "--command", sql]);

    /// <returns>The first row's values, as text.</returns>
    public async Task<string> QueryAsync(string sql) => (await RunAsync([.. Psql(), "--tuples-only", "--no-align", "--command", sql])).Trim();

    public Task SqlFileAsync(string file) => RunAsync([.. Psql(), "--single-transaction", "--file", file]);

    public async ValueTask DisposeAsync()
    {
        await _process.InterruptAsync(); // a kill would leave its children for a while
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static string? FindPrograms() => !Directory.Exists("/usr/lib/postgresql") ? null : Directory
        .EnumerateDirectories("/usr/lib/postgresql")
        .Select(version => Path.Combine(version, "bin"))
        .Where(folder => File.Exists(Path.Combine(folder, "initdb")))
        .MaxBy(folder => folder, StringComparer.Ordinal);

    private static string[] AsAccount(string program)
    {
        string[] direct = [Path.Combine(Programs!, program)];
        return Environment.IsPrivilegedProcess ? ["setpriv", "--reuid", Account, "--regid", Account, "--clear-groups", .. direct] : direct;
    }

    private static async Task<string> RunAsync(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync().Within($"{command[0]} ends");
        await process.WaitForExitAsync().Within($"{command[0]} ends");
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} failed: {await output} {errors}");
        return await output;
    }

    private string[] Psql() =>
    [
        Path.Combine(Programs!, "psql"), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1",
        $"postgresql://{User}@127.0.0.1:{Port}/postgres",
    ];

    private async Task StartProcessAsync()
    {
        string[] command =
        [
            .. AsAccount("postgres"), "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1",
            "-c", "unix_socket_directories=", "-c", "lc_messages=C",
        ];
        (_process, _) = await ServerProcess.StartAsync("postgres", command[0], command[1..], "ready to accept connections");
    }
}
