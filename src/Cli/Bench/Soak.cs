using System.Diagnostics;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Hosting;
using VisionCluster.Gateway.Options;
using VisionCluster.Grains.Decoding;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Cli.Bench;

/// <summary>Runs a soak plan: a fixed number of senders, so that as many requests as they are wait or run at any time.</summary>
internal sealed class Soak
{
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1); // without a request at the engine

    /// <summary>New pictures are of a photograph's size, so that the gateway's store is soon full.</summary>
    private const int PicturePadding = 256 << 10;

    private readonly BenchModel _model;
    private readonly SoakPlan _plan;
    private readonly IBenchClient _client;
    private readonly SoakTotals _totals = new();
    private readonly byte[]?[] _pictures;
    private readonly Random[] _randoms; // one for each sender

    private Soak(BenchModel model, SoakPlan plan, IBenchClient client)
    {
        (_model, _plan, _client) = (model, plan, client);
        _randoms = [.. Enumerable.Range(0, Status.Slots * plan.Overload).Select(i => new Random(plan.Seed + i))];
        _pictures = [.. Enumerable.Range(0, 8).Select(_ => plan.Picture?.Anew())];
    }

    private DecodeEngineStatus Status => _model.Host.Decoder!.Status;

    public static async Task<(BenchReport Report, bool Sound)> RunAsync(BenchSettings settings, SoakPlan plan, CancellationToken cancellation)
    {
        await using var model = await BenchModel.LoadAsync(settings with
        {
            Hosting = settings.Hosting with { PrefixCacheBytes = Math.Min(settings.Hosting.PrefixCacheBytes, plan.PrefixCacheBytes) },
        });
        model.RequireRoom(plan.MaxPrompt * 2, plan.MaxOutput);
        await using LocalCluster? cluster = plan.EngineOnly ? null : await model.StartClusterAsync(
            cancellation, gateway => Configure(gateway, plan), silo => Configure(silo.Decoder, plan));
        using var gateway = cluster is null ? null : new GatewayClient(cluster.Endpoint);
        return await new Soak(model, plan, gateway is null ? new EngineClient(model.Host) : gateway).RunAsync(cancellation);
    }

    private static void Configure(GatewayOptions gateway, SoakPlan plan)
    {
        gateway.Images.StoreBytes = Math.Max(plan.PictureCacheBytes, gateway.Limits.Image.MaxBytes);
        gateway.Images.EmbeddingCacheBytes = plan.PictureCacheBytes;
        gateway.Routing.PrefixEntries = plan.PlaceEntries;
    }

    private static void Configure(DecoderOptions decoder, SoakPlan plan)
    {
        decoder.EmbeddingPoolBytes = plan.PictureCacheBytes;
        decoder.PlaceCacheEntries = plan.PlaceEntries;
    }

    private async Task<(BenchReport Report, bool Sound)> RunAsync(CancellationToken cancellation)
    {
        var warm = await RunAsync(_plan.Length * _plan.WarmUp, cancellation);
        var late = await RunAsync(_plan.Length * (1 - _plan.WarmUp), cancellation);
        return Report(Status, warm, late);
    }

    /// <summary>Lets senders work for so long; ends at once with the error of one that fails.</summary>
    /// <returns>Memory at rest: what requests under way hold (pictures, mostly) is no growth.</returns>
    private async Task<ProcessMemory> RunAsync(TimeSpan time, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] senders = [.. _randoms.Select(random => Task.Run(() => SendAsync(random, end.Token), CancellationToken.None))];
        try
        {
            await await Task.WhenAny([Task.Delay(time, end.Token), .. senders]);
        }
        finally
        {
            await end.CancelAsync();
        }

        await Task.WhenAll(senders);
        cancellation.ThrowIfCancellationRequested();
        await DrainAsync(cancellation);
        return ProcessMemory.Read();
    }

    private async Task SendAsync(Random random, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(end);
            var output = random.Next(1, _plan.MaxOutput + 1);
            var cancelAt = random.NextDouble() < _plan.Cancelled ? random.Next(1, output + 1) : int.MaxValue;
            var request = new BenchRequest(Prompt(random), output)
            {
                OnToken = number =>
                {
                    if (number == cancelAt)
                    {
                        cancel.Cancel();
                    }
                },
            };
            try
            {
                _totals.Add(await _client.RunAsync(request, cancel.Token));

                // Exponential pauses make arrivals a Poisson process.
                await Task.Delay(_plan.MeanPause * -Math.Log(1 - random.NextDouble()), end);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
            }
        }
    }

    private BenchPrompt Prompt(Random random)
    {
        var message = _model.Message(random.Next(16, Math.Max(17, _plan.MaxPrompt + 1)), random.Next(1 << 20));
        return _plan.Picture is not { } picture || random.Next(2) == 0 ? message
            : message with { Picture = random.Next(4) == 0 ? picture.Anew(PicturePadding) : _pictures[random.Next(_pictures.Length)] };
    }

    /// <summary>A cancelled call may return before the engine's next step has freed its slot, or while its request is still on its way there.</summary>
    private async Task DrainAsync(CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        for (var busy = start; Stopwatch.GetElapsedTime(busy) < Rest && Stopwatch.GetElapsedTime(start) < DrainPatience;)
        {
            await Task.Delay(10, cancellation);
            busy = Status is { Running: > 0 } or { Waiting: > 0 } ? Stopwatch.GetTimestamp() : busy;
        }
    }

    private (BenchReport Report, bool Sound) Report(DecodeEngineStatus status, ProcessMemory warm, ProcessMemory late)
    {
        var waits = new Percentiles(_totals.WaitsMs);
        var slotsSound = status is { Running: 0, Waiting: 0 } && status.SlotsFree + status.SlotsIdle == status.Slots;
        var (managed, resident) = (Growth(warm.ManagedBytes, late.ManagedBytes), Growth(warm.ResidentBytes, late.ResidentBytes));
        var memorySound = managed <= _plan.MaxGrowth && resident <= _plan.MaxGrowth;
        var report = _model.Report("soak")
            .About("minutes", BenchReport.Number(_plan.Length.TotalMinutes))
            .About("way", _plan.EngineOnly ? "engine" : "gateway")
            .About("slots", status.Slots)
            .About("senders", _randoms.Length)
            .About("seed", _plan.Seed);
        report.Add(
            ("finished", _totals.Finished),
            ("cancelled", _totals.Cancelled),
            ("refused", _totals.Refused),
            ("tokens_per_s", BenchReport.Number(_totals.Tokens / _plan.Length.TotalSeconds)),
            ("wait_ms_p50", BenchReport.Number(waits.P50)),
            ("wait_ms_p99", BenchReport.Number(waits.P99)),
            ("wait_ms_max", BenchReport.Number(_totals.MaxWaitMs)),
            ("slots_left", status.Slots - status.SlotsFree - status.SlotsIdle),
            ("managed_mib_warm", BenchReport.Number(warm.ManagedBytes / 1048576.0)),
            ("managed_mib_end", BenchReport.Number(late.ManagedBytes / 1048576.0)),
            ("resident_mib_warm", BenchReport.Number(warm.ResidentBytes / 1048576.0)),
            ("resident_mib_end", BenchReport.Number(late.ResidentBytes / 1048576.0)),
            ("slots_sound", slotsSound),
            ("memory_sound", memorySound));
        return (report, slotsSound && memorySound);
    }

    private static double Growth(long from, long to) => (double)(to - from) / from;
}
