using System.CommandLine;
using System.CommandLine.Parsing;
using VisionCluster.Cli.Hosting;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Quality;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster quality</c>: what each precision of a model costs and is worth.</summary>
internal static class QualityCommand
{
    private const long MaxTextBytes = 16 << 20;

    private static readonly Argument<string> Model = new("MODEL") { Description = "Checkpoint folder, .gguf file, or the name of an embedded model." };

    private static readonly Option<FileInfo?> Text = new("--text")
    {
        Description = "UTF-8 text to measure on. Default: three chapters of a novel that ship with the program.",
        HelpName = "FILE",
    };

    private static readonly Option<string[]> Forms = new("--forms")
    {
        Description = $"Forms beside fp32: {FormNames}. Rounded: a GGUF file's blocks are not kept. Default: all that differ.",
        HelpName = "FORM",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int> Threads = new("--threads")
    {
        Description = "Threads. Default: the machine's cores.",
        DefaultValueFactory = _ => Environment.ProcessorCount,
        HelpName = "N",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object instead of a table." };

    public static Command Create()
    {
        var command = new CliCommand(
            "quality",
            """
            Measure what each precision of a decoder costs and is worth.

            Runs a text through the decoder in float32 and in each quantised form, window by window: how often the likeliest next token is that
            of float32, the mean Kullback-Leibler divergence from it, perplexity, bytes of weights, and tokens per second of the serving graph
            alone (prefill of 256 tokens; decode at context 256 with 1 and 8 sequences, the best of several runs).

            Examples:
              visioncluster quality SmolLM2-135M-Instruct.Q4_1.gguf
              visioncluster quality /models/SmolLM2-135M-Instruct --forms int8 --text novel.txt --json
            """)
        { Model, Text, Forms, Threads, Json };
        command.SetAction((parsed, _) => CliRunner.RunAsync(cancellation => RunAsync(parsed, cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var checkpoint = EmbeddedModels.Find(parsed.GetValue(Model)!);
        if (CompiledModel.IsExport(checkpoint))
        {
            throw new CliException("A ready-made ONNX export has one form; there is nothing to compare.");
        }

        var threads = parsed.GetValue(Threads) is >= 1 and var count ? count : throw new CliException("--threads must be at least 1.");
        var forms = parsed.GetValue(Forms) is { Length: > 0 } names ? [.. names.Select(Find)] : QualityForm.For(checkpoint);
        var text = parsed.GetValue(Text) is { } file ? await ReadAsync(file, cancellation) : QualityText.Default;
        var measurement = new QualityMeasurement(checkpoint, new ModelCompilerOptions(), DeviceOptions.Cpu with { Threads = threads }, text);
        var rows = await Terminal.WithProgressAsync(
            "Measuring", progress => Task.Run(() => measurement.Run(forms, withSpeed: true, progress, cancellation), cancellation));
        var report = new QualityReport(ModelCompiler.NameOf(checkpoint), threads, rows);
        if (parsed.GetValue(Json))
        {
            report.WriteJson(Console.Out);
        }
        else
        {
            report.WriteTable(Terminal.Output);
        }

        return 0;
    }

    private static string FormNames => string.Join(", ", QualityForm.Quantised.Select(form => form.Name));

    private static QualityForm Find(string name) => QualityForm.Quantised.FirstOrDefault(form => form.Name == name) ?? throw new CliException(
        $"--forms {name} is not a form; write some of {FormNames}.");

    private static async Task<string> ReadAsync(FileInfo file, CancellationToken cancellation)
    {
        if (!file.Exists)
        {
            throw new CliException($"There is no file {file.FullName}.");
        }

        return file.Length <= MaxTextBytes ? await File.ReadAllTextAsync(file.FullName, cancellation)
            : throw new CliException($"{file.Name} has {file.Length} bytes; a text may have {MaxTextBytes}.");
    }
}
