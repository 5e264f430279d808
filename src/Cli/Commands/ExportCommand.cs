using System.CommandLine;
using VisionCluster.Cli.Hosting;
using VisionCluster.Models.Exports;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster export</c>: a checkpoint as ONNX graphs that other programs run too.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Checkpoint folder with safetensors, .gguf file, or the name of an embedded model." };
        var output = new Option<string>("--output", "-o") { Description = "Folder to write: new, or empty.", Required = true, HelpName = "DIR" };
        var quantized = new Option<bool>("--quantized") { Description = "Write vision encoders in 8 bits too (NAME_quantized.onnx), as the hub's repositories have them." };
        var command = new CliCommand(
            "export",
            """
            Write a checkpoint as ONNX graphs in the hub's usual layout.

            The layout is that of Optimum and transformers.js, the precision float32: onnx/model.onnx for a text model;
            onnx/decoder_model_merged.onnx, embed_tokens.onnx and vision_encoder.onnx for a vision-language model; and its
            configuration, tokenizer and processor files.

            Families: llama, mistral, gemma, idefics3, smolvlm; this program serves the result too (run --model DIR). Besides vit
            (onnx/model.onnx) and siglip (its image side, onnx/vision_model.onnx), for other programs.

            Examples:
              visioncluster export emoji-vlm --output emoji-vlm-onnx
              visioncluster run --model emoji-vlm-onnx
            """)
        { model, output, quantized };
        command.SetAction((parsed, _) => CliRunner.RunAsync(async _ =>
        {
            var (checkpoint, directory) = (EmbeddedModels.Find(parsed.GetValue(model)!), parsed.GetValue(output)!);
            await Terminal.WithProgressAsync("Exporting", progress => Task.Run(() =>
            {
                OnnxExporter.Export(checkpoint, directory, parsed.GetValue(quantized), progress);
                return true;
            }));
            Console.Out.WriteLine(directory);
            return 0;
        }));
        return command;
    }
}
