using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using VisionCluster.Cli.Hosting;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster import</c>: a checkpoint becomes a compiled folder.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("MODEL") { Description = "Checkpoint folder, .gguf file, ready-made ONNX export, or the name of an embedded model." };
        var output = new Option<string>("--output", "-o") { Description = "Folder to write; it must not exist, or be empty.", Required = true, HelpName = "DIR" };
        var precision = new Option<string>("--precision")
        {
            Description = "fp32, int8 (8-bit weights), int4 (4-bit weights), or auto by size.",
            DefaultValueFactory = _ => "auto",
            HelpName = "FORM",
        };
        var command = new CliCommand(
            "import",
            """
            Compile a model into a folder of its own.

            The folder holds graphs, weights, tokenizer, template and processors. It can be copied to any machine and given to --model; it
            starts at once, without the checkpoint.

            Examples:
              visioncluster import emoji-vlm --output emoji-vlm-compiled
              visioncluster import /models/SmolVLM-256M-Instruct --output /srv/models/smolvlm
              visioncluster import SmolLM2-135M-Instruct.Q4_1.gguf --precision int4 --output smollm2
              visioncluster run --model /srv/models/smolvlm
            """)
        { source, output, precision };
        command.SetAction((parsed, _) => CliRunner.RunAsync(async _ =>
        {
            var form = ModelPrecisions.TryParse(parsed.GetValue(precision)!, out var known) ? known
                : throw new CliException($"--precision {parsed.GetValue(precision)} is not a form; write one of {ModelPrecisions.Choices}.");
            var options = new ModelCompilerOptions { Precision = form };
            var checkpoint = EmbeddedModels.Find(parsed.GetValue(source)!);
            var model = await Terminal.WithProgressAsync(
                "Importing", progress => Task.Run(() => ModelImporter.Import(checkpoint, parsed.GetValue(output)!, options, progress)));
            var bytes = Directory.GetFiles(model.Folder).Sum(file => new FileInfo(file).Length);
            var size = (bytes / (double)(1 << 20)).ToString("F1", CultureInfo.InvariantCulture);
            Terminal.Output.MarkupLineInterpolated(
                $"[green]Imported[/] {model.Name} ({model.Manifest.Family}, {model.Manifest.Precision}, {size} MiB), revision {model.Manifest.Revision[..12]}");
            return 0;
        }));
        return command;
    }
}
