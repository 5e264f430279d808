using System.CommandLine;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;
using VisionCluster.Inference;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Cli.Bench;

/// <summary><c>visioncluster bench memory</c>: what weights, running answers and idle sessions take.</summary>
internal static class MemoryBench
{
    private const int IdleSessions = 10_000;

    public static Command Create()
    {
        var options = new BenchOptions();
        var sessions = BenchOptions.Count("--sessions", 8, "Answers at the same time.");
        var prompt = BenchOptions.Count("--prompt", 256, "Tokens of each prompt.");
        var command = new CliCommand(
            "memory",
            """
            Measure this process's memory step by step.

            Before the model, with it, with answers that run, and with idle sessions.

            Examples:
              visioncluster bench memory --model SmolLM2.gguf --precision int8
            """)
        { sessions, prompt };
        options.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var settings = options.Read(parsed);
            (await MeasureAsync(settings, BenchOptions.Positive(parsed, sessions), BenchOptions.Positive(parsed, prompt), cancellation)).Print(settings.Json);
            return 0;
        }));
        return command;
    }

    private static async Task<BenchReport> MeasureAsync(BenchSettings settings, int sessions, int prompt, CancellationToken cancellation)
    {
        // Compiling has its own memory, which serving does not.
        var compiled = new ModelCompiler(settings.Compiler).Compile(settings.Checkpoint);
        var before = ProcessMemory.Read();
        await using var model = await BenchModel.LoadAsync(settings);
        var report = model.Report("memory").About("sessions", sessions).About("prompt", prompt)
            .About("weight_file_bytes", new FileInfo(compiled.WeightsPath) is { Exists: true } file ? file.Length : null)
            .About("decode_weight_bytes", compiled.Manifest.Decoder?.WeightBytes);
        var loaded = ProcessMemory.Read();
        Add("model loaded", before, loaded, 1);
        model.RequireRoom(prompt, 2);
        var client = new EngineClient(model.Host);
        await RunAsync(1, 0);
        var first = ProcessMemory.Read();
        Add("first answer (buffers of the graphs)", loaded, first, 1);
        await RunAsync(sessions, 1);
        var many = ProcessMemory.Read();
        Add("more answers at the same time (their keys and values)", first, many, Math.Max(1, sessions - 1));
        await RunAsync(sessions, 2);
        var again = ProcessMemory.Read();
        Add("the same once more", many, again, sessions);
        var idle = Enumerable.Range(0, IdleSessions).Select(_ => model.Host.Decoder!.OpenSession()).ToList();
        Add("idle sessions", again, ProcessMemory.Read(), IdleSessions);
        idle.ForEach(session => session.Dispose());
        return report;

        Task<IReadOnlyList<RequestTrace>> RunAsync(int count, int round) => Load.TogetherAsync(
            client, Enumerable.Range(0, count).Select(i => new BenchRequest(model.Prompt(prompt, (round * sessions) + i), 2)), cancellation);

        void Add(string step, ProcessMemory from, ProcessMemory to, int units) => report.Add(
            ("step", step),
            ("resident_mib", BenchReport.Number(to.ResidentBytes / 1048576.0)),
            ("resident_added_mib", BenchReport.Number((to.ResidentBytes - from.ResidentBytes) / 1048576.0)),
            ("managed_mib", BenchReport.Number(to.ManagedBytes / 1048576.0)),
            ("units", units),
            ("managed_bytes_per_unit", (to.ManagedBytes - from.ManagedBytes) / units));
    }
}
