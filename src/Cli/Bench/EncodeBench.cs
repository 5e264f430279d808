using System.CommandLine;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;
using VisionCluster.Inference.Measurement;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Cli.Bench;

/// <summary><c>visioncluster bench encode</c>: a vision tower by itself.</summary>
internal static class EncodeBench
{
    public static Command Create()
    {
        var options = new BenchOptions();
        var batches = new Option<int[]>("--batch")
        {
            Description = "Images or tiles of one run; repeatable. Default: 1 and 8.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "N",
        };
        var command = new CliCommand(
            "encode",
            """
            Measure a vision graph by itself.

            Images a second from pixels to features (ViT, CLIP, SigLIP) or to image tokens.

            Examples:
              visioncluster bench encode --model vit-base-patch16-224 --batch 1 8
            """)
        { batches };
        options.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var settings = options.Read(parsed);
            int[] sizes = parsed.GetValue(batches) is { Length: > 0 } given ? given : [1, 8];
            if (sizes.Any(size => size < 1))
            {
                throw new CliException($"--batch must be at least 1; it is {sizes.Min()}.");
            }

            (await Terminal.WithProgressAsync("Measuring", progress => Task.Run(() => Measure(settings, sizes, progress, cancellation), cancellation)))
                .Print(settings.Json);
            return 0;
        }));
        return command;
    }

    private static BenchReport Measure(BenchSettings settings, int[] sizes, IProgress<string> progress, CancellationToken cancellation)
    {
        var model = new ModelCompiler(settings.Compiler).Compile(settings.Checkpoint, progress: progress);
        var report = BenchModel.Describe(new BenchReport("encode"), settings, model);
        using (var meter = new EncoderMeter(model, settings.Hosting.Device, sizes.Max()))
        {
            report.About("height", meter.Height).About("width", meter.Width).About("tokens_per_image", meter.TokensPerTile);
            foreach (var size in sizes)
            {
                meter.Run(size);
                var times = new List<double>();
                for (var round = 0; round < settings.Rounds; round++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    times.Add(meter.Run(size).TotalMilliseconds);
                }

                var run = new Percentiles(times);
                report.Add(
                    ("batch", size),
                    ("images_per_s", BenchReport.Number(size / run.P50 * 1000)),
                    ("run_ms_p50", BenchReport.Number(run.P50)),
                    ("run_ms_p90", BenchReport.Number(run.P90)),
                    ("run_ms_p99", BenchReport.Number(run.P99)));
            }
        }

        return OperatorProfile.AddTo(report, settings.Hosting.Device);
    }
}
