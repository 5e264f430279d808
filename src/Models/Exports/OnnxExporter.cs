using System.Text.Json;
using System.Text.Json.Nodes;
using VisionCluster.Models.Checkpoints;
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

    /// <param name="checkpointFolder">A checkpoint with safetensors.</param>
    /// <param name="outputFolder">A folder that does not exist yet, or is empty; it appears when it is complete.</param>
    /// <param name="progress">What is being done.</param>
    /// <exception cref="ModelException">The checkpoint cannot be honoured, its family is not exported, or the folder is in use.</exception>
    public static void Export(string checkpointFolder, string outputFolder, IProgress<string>? progress = null)
    {
        outputFolder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(outputFolder));
        if (File.Exists(outputFolder) || (Directory.Exists(outputFolder) && Directory.EnumerateFileSystemEntries(outputFolder).Any()))
        {
            throw new ModelException($"{Path.GetFileName(outputFolder)} is there already; an export needs a new or empty folder.");
        }

        var family = ModelFamily.Read(ConfigSection.Load(checkpointFolder));
        var work = $"{outputFolder}.{Guid.NewGuid():N}";
        try
        {
            var graphs = Directory.CreateDirectory(Path.Combine(work, ExportLocation.SubFolder)).FullName;
            progress?.Report($"Exporting {family.ModelType}");
            using (var weights = CheckpointWeights.Open(checkpointFolder))
            {
                family.Export(new ExportTarget(graphs, weights));
            }

            CopyTextFiles(checkpointFolder, work);
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

        // Tells transformers.js that weights lie beside the graphs.
        var config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(from, ConfigFile)))!.AsObject();
        config["transformers.js_config"] = new JsonObject { ["use_external_data_format"] = true };
        File.WriteAllText(Path.Combine(to, ConfigFile), config.ToJsonString(Indented));
    }
}
