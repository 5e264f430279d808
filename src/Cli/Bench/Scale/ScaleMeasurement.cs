using System.Diagnostics;
using System.Text.Json.Nodes;
using Spectre.Console;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;
using static VisionCluster.Cli.Bench.Figures.BenchReport;

namespace VisionCluster.Cli.Bench.Scale;

/// <summary>One size of cluster under load: its figures for the report.</summary>
internal sealed class ScaleMeasurement(ScalePlan plan, int silos)
{
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(10);

    /// <summary>Tokens a second of each silo.</summary>
    public double TokensPerSecondPerSilo { get; private set; }

    /// <param name="reference">Tokens a second of a silo in the smallest cluster; null for itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<(string Name, JsonNode? Value)>> RunAsync(double? reference, CancellationToken cancellationToken)
    {
        using var meters = new ScaleMeters();
        await using var cluster = await ScaleCluster.StartAsync(plan, silos, plan.Gateways(silos), cancellationToken);
        var idle = await IdleAsync(meters, cancellationToken);
        var load = new ScaleLoad(plan, cluster.Endpoints);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var users = (silos + (plan.Kill ? 1 : 0)) * plan.DevicesPerSilo * plan.Rows;
        // Users who think come over as long as they think, so that there is no crowd at first; the others' answers have to fall out of step.
        var running = load.RunAsync(users, plan.Think > TimeSpan.Zero ? plan.WarmUp : plan.WarmUp / 2, stop.Token);
        await Task.Delay(plan.WarmUp, cancellationToken);

        var begin = Snapshot(cluster, load, meters);
        await Task.Delay(plan.Length / 2, cancellationToken);
        var rows = cluster.Devices.Select(device => (double)device.Decoder!.Status.Running).ToArray();
        cluster.Victim?.Kill();
        await Task.Delay(plan.Length / 2, cancellationToken);
        var end = Snapshot(cluster, load, meters);
        var directory = await DirectoryBytesAsync(cluster);
        await stop.CancelAsync();
        await running;

        if (load.LastFailure is { } failure)
            Terminal.Error.MarkupLineInterpolated($"[yellow]{load.Failed} turns failed[/], the last with: {failure}");

        var seconds = Stopwatch.GetElapsedTime(begin.At, end.At).TotalSeconds;
        var (tokens, counts, cpu) = (end.Tokens - begin.Tokens, end.Counts - begin.Counts, end.Cpu - begin.Cpu);
        var answers = load.Answers.Skip(begin.Answers).Take(end.Answers - begin.Answers).ToList();
        var rate = tokens / seconds;
        TokensPerSecondPerSilo = rate / silos;
        var first = new Percentiles(answers.Select(answer => answer.FirstToken.TotalMilliseconds));
        var failovers = new Percentiles(meters.Failovers);
        var encodes = cluster.Devices.Sum(device => device.ImagesEncoded);
        return
        [
            ("silos", silos),
            ("devices", silos * plan.DevicesPerSilo),
            ("gateways", cluster.Endpoints.Count),
            ("users", users),
            ("conversations", load.Conversations),
            ("tokens_per_s", Number(rate)),
            ("linear", Number(plan.Kill ? null : reference is { } one ? TokensPerSecondPerSilo / one : 1)),
            ("generating", rows.Sum()),
            ("of_ideal", Number(plan.Kill || plan.Think > TimeSpan.Zero ? null : rate / (silos * plan.DevicesPerSilo * ScaleIdeal.TokensPerSecond(plan, answers)))),
            ("busy", Number((end.Busy - begin.Busy).TotalSeconds / (seconds * silos * plan.DevicesPerSilo))),
            ("rows_max_over_mean", Number(rows.Max() / Math.Max(rows.Average(), 1e-9))),
            ("ttft_ms_p50", Number(first.P50)),
            ("ttft_ms_p99", Number(first.P99)),
            ("cpu_cores_idle", Number(idle.Cores)),
            ("cpu_cores", Number(cpu.Total.TotalSeconds / seconds)),
            ("cpu_us_per_token", Number(cpu.Total.TotalMicroseconds / tokens)),
            ("devices_cpu_us_per_token", Number(cpu.Devices.TotalMicroseconds / tokens)),
            ("messages_per_token", Number((double)counts.Messages / tokens)),
            ("bytes_per_token", Number((double)counts.Bytes / tokens)),
            ("messages_per_s", Number(counts.Messages / seconds)),
            ("messages_per_s_idle", Number(idle.Messages)),
            ("bytes_per_s", Number(counts.Bytes / seconds)),
            ("bytes_per_s_idle", Number(idle.Bytes)),
            ("answers_per_s", Number(answers.Count / seconds)),
            ("pictures_per_s", Number((end.Pictures - begin.Pictures) / seconds)),
            ("probes_per_s", Number(counts.Pings / seconds)),
            ("pictures", load.Pictures),
            ("encodes_per_picture", Number(plan.Kill ? null : (double)encodes / load.Pictures)),
            ("directory_bytes", directory),
            ("resident_mb", (int)(Environment.WorkingSet >> 20)),
            ("refused", load.Refused),
            ("failed", load.Failed),
            ("mistakes", plan.Verify ? load.Mistakes : null),
            ("failovers", plan.Kill ? failovers.Count : null),
            ("failover_s_p50", plan.Kill ? Number(failovers.P50) : null),
            ("failover_s_max", plan.Kill ? Number(failovers.Max) : null),
        ];
    }

    /// <summary>What the cluster takes before anybody asks anything: cores, and messages and bytes a second.</summary>
    private async Task<(double Cores, double Messages, double Bytes)> IdleAsync(ScaleMeters meters, CancellationToken cancellationToken)
    {
        var length = plan.Length < LongestIdle ? plan.Length : LongestIdle;
        var (cpu, counts) = (CpuTime.Read(), meters.Read());
        await Task.Delay(length, cancellationToken);
        var (took, sent) = (CpuTime.Read() - cpu, meters.Read() - counts);
        return (took.Total / length, sent.Messages / length.TotalSeconds, sent.Bytes / length.TotalSeconds);
    }

    private static Moment Snapshot(ScaleCluster cluster, ScaleLoad load, ScaleMeters meters) => new(
        Stopwatch.GetTimestamp(),
        load.Tokens,
        load.Answers.Count,
        load.Pictures,
        meters.Read(),
        CpuTime.Read(),
        TimeSpan.FromTicks(cluster.Devices.Sum(device => device.Busy.Ticks)));

    private static async Task<int> DirectoryBytesAsync(ScaleCluster cluster) =>
        cluster.Serializer.SerializeToArray(await cluster.Directory.GetView()).Length;

    private readonly record struct Moment(long At, long Tokens, int Answers, int Pictures, ScaleCounts Counts, CpuTime Cpu, TimeSpan Busy);
}
