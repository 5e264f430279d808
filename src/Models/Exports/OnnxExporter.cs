using System.Text.Json;
using System.Text.Json.Nodes;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Models.Exports;

/// <summary>
/// Writes a checkpoint as ONNX graphs in the hub's usual layout (fp32), with its configuration, tokenizer and processor files: for other
/// programs to run the same weights, and for this one by its plainer path.
/// </summary>
public static class OnnxExporter
{
    private const string ConfigFile = "config.json";
    private const string WeightIndex = "model.safetensors.index.json";

    private static readonly string[] TextFiles = ["*.json", "*.jinja", "merges.txt", "vocab.txt", "*.model"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <param name="checkpoint">A checkpoint folder with safetensors, or a GGUF file.</param>
    /// <param name="outputFolder">A folder that does not exist yet, or is empty; it appears when it is complete.</param>
    /// <param name="quantizedEncoders">Whether to write vision encoders in 8 bits too.</param>
    /// <param name="progress">What is being done.</param>
    /// <exception cref="ModelException">The checkpoint cannot be honoured, its family is not exported, or the folder is in use.</exception>
    public static void Export(string checkpoint, string outputFolder, bool quantizedEncoders = false, IProgress<string>? progress = null)
    {
        outputFolder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(outputFolder));
        if (File.Exists(outputFolder) || (Directory.Exists(outputFolder) && Directory.EnumerateFileSystemEntries(outputFolder).Any()))
        {
            throw new ModelException($"{Path.GetFileName(outputFolder)} is there already; an export needs a new or empty folder.");
        }

        using var source = CheckpointSource.Open(checkpoint);
        var family = ModelFamily.Read(source.ReadConfig());
        var work = $"{outputFolder}.{Guid.NewGuid():N}";
        try
        {
            var graphs = Directory.CreateDirectory(Path.Combine(work, ExportLocation.SubFolder)).FullName;
            progress?.Report($"Exporting {family.ModelType}");
            using (var weights = source.OpenTensors())
            {
                family.Export(new ExportTarget(graphs, weights, quantizedEncoders));
            }

            source.WriteTextFiles(work);
            if (source.TextFolder(work) is var folder && folder != work)
            {
                CopyTextFiles(folder, work);
            }

            SayWhereWeightsAre(Path.Combine(work, ConfigFile));
            if (Directory.Exists(outputFolder))
            {
                Directory.Delete(outputFolder);
            }

            Directory.Move(work, outputFolder);
        }
        finally
        {
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }

    private static void CopyTextFiles(string from, string to)
    {
        foreach (var file in TextFiles.SelectMany(pattern => Directory.EnumerateFiles(from, pattern)).Where(file => Path.GetFileName(file) != WeightIndex))
        {
            // Without the source's attributes: it may be read-only.
            File.WriteAllBytes(Path.Combine(to, Path.GetFileName(file)), File.ReadAllBytes(file));
        }
    }

    /// <summary>Tells transformers.js that weights lie beside the graphs.</summary>
    private static void SayWhereWeightsAre(string path)
    {
        var config = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        config["transformers.js_config"] = new JsonObject { ["use_external_data_format"] = true };
        File.WriteAllText(path, config.ToJsonString(Indented));
    }
}
