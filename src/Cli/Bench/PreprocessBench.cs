using System.CommandLine;
using System.Diagnostics;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;
using VisionCluster.Imaging;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Processing;

namespace VisionCluster.Cli.Bench;

/// <summary><c>visioncluster bench preprocess</c>: from an image file to what the vision tower takes.</summary>
internal static class PreprocessBench
{
    public static Command Create()
    {
        var options = new BenchOptions();
        var images = BenchPictures.Option();
        var workers = BenchOptions.Count("--workers", Environment.ProcessorCount, "Images at the same time, for the rate.");
        var command = new CliCommand(
            "preprocess",
            """
            Measure what happens to image files before the vision tower.

            Decoding, resizing, cutting into tiles, normalising. Rows are resized while
            later ones are decoded, which counts as decoding.

            Examples:
              visioncluster bench preprocess --image photo.jpg
            """)
        { images, workers };
        options.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var settings = options.Read(parsed);
            var files = BenchPictures.Read(parsed, images);
            var report = await Terminal.WithProgressAsync(
                "Measuring", progress => Task.Run(() => Measure(settings, files, BenchOptions.Positive(parsed, workers), progress, cancellation), cancellation));
            report.Print(settings.Json);
            return 0;
        }));
        return command;
    }

    private static BenchReport Measure(
        BenchSettings settings, IReadOnlyList<BenchPicture> files, int workers, IProgress<string> progress, CancellationToken cancellation)
    {
        var model = new ModelCompiler(settings.Compiler).Compile(settings.Checkpoint, progress: progress);
        var processor = ImageProcessors.Load(model.CheckpointFolder, model.Manifest.Family);
        var report = BenchModel.Describe(new BenchReport("preprocess"), settings, model).About("workers", workers);
        foreach (var file in files)
        {
            var (decode, process) = (new List<double>(), new List<double>());
            var result = Once(file, processor, out _, out _);
            for (var round = 0; round < settings.Rounds; round++)
            {
                cancellation.ThrowIfCancellationRequested();
                Once(file, processor, out var decoded, out var processed);
                decode.Add(decoded);
                process.Add(processed);
            }

            var (start, many) = (Stopwatch.GetTimestamp(), workers * settings.Rounds);
            Parallel.For(0, many, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation }, _ => Once(file, processor, out var _, out var _));
            var rate = many / Stopwatch.GetElapsedTime(start).TotalSeconds;
            report.Add(
                ("image", file.Name),
                ("tiles", result.Tiles),
                ("tile_height", result.Height),
                ("tile_width", result.Width),
                ("decode_ms_p50", BenchReport.Number(new Percentiles(decode).P50)),
                ("process_ms_p50", BenchReport.Number(new Percentiles(process).P50)),
                ("total_ms_p50", BenchReport.Number(new Percentiles(decode.Zip(process, (a, b) => a + b)).P50)),
                ("images_per_s", BenchReport.Number(rate)),
                ("tiles_per_s", BenchReport.Number(rate * result.Tiles)));
        }

        return report;
    }

    private static ProcessedImage Once(BenchPicture file, IImageProcessor processor, out double decodeMs, out double processMs)
    {
        var start = Stopwatch.GetTimestamp();
        using var stream = processor.Stream();
        var decoded = ImageCodecs.Default.Decode(file.Bytes, ImageLimits.Default, stream);
        var middle = Stopwatch.GetTimestamp();
        var processed = decoded is null ? stream!.Finish() : processor.Process(decoded);
        (decodeMs, processMs) = (Stopwatch.GetElapsedTime(start, middle).TotalMilliseconds, Stopwatch.GetElapsedTime(middle).TotalMilliseconds);
        return processed;
    }
}
