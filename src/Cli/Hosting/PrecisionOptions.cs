using System.CommandLine;
using System.CommandLine.Parsing;
using VisionCluster.Cli.Commands;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Cli.Hosting;

/// <summary><c>--precision</c>: a form for all models, or for one by name.</summary>
internal sealed class PrecisionOptions
{
    public Option<string[]> Option { get; } = new("--precision")
    {
        Description = "Form of decoders: fp32 (CPUs), fp16 or bf16 (GPUs), int8, int4, or auto (fp16 on GPUs; on CPUs fp32 below 1 GiB of float32 weights, else the "
            + "file's own blocks, else int8). MODEL=FORM says it for one model; repeatable. Default: as configured, else auto.",
        HelpName = "FORM",
    };

    /// <param name="parsed">The command line.</param>
    /// <param name="models">The models that it names.</param>
    public PrecisionPlan Read(ParseResult parsed, IReadOnlyList<string> models)
    {
        ModelPrecision? others = null;
        var named = new Dictionary<string, ModelPrecision>(StringComparer.Ordinal);
        foreach (var value in parsed.GetValue(Option) ?? [])
        {
            var at = value.LastIndexOf('=');
            var precision = Parse(value[(at + 1)..]);
            if (at < 0)
            {
                others = precision;
                continue;
            }

            var model = value[..at];
            named[model] = models.Select(NameOf).Contains(model, StringComparer.Ordinal) ? precision : throw new CliException(
                $"--precision {value} names no model of this command; it has {string.Join(", ", models.Select(NameOf))}.");
        }

        // Of a command's only model it is said as clearly as by name.
        if (others is { } form && models is [var only])
        {
            named.TryAdd(NameOf(only), form);
        }

        return new PrecisionPlan { Others = others, Named = named };
    }

    private static string NameOf(string model) => ModelCompiler.NameOf(EmbeddedModels.Find(model));

    private static ModelPrecision Parse(string text) => ModelPrecisions.TryParse(text, out var precision) ? precision : throw new CliException(
        $"--precision {text} is not a form; write one of {ModelPrecisions.Choices}.");
}
