using VisionCluster.Cli.Commands;
using VisionCluster.Models.Compilation;
using VisionCluster.Simulation;

namespace VisionCluster.Cli.Hosting;

/// <summary>Models that ship beside the program, and how a model on the command line is found.</summary>
internal static class EmbeddedModels
{
    /// <summary>Looks and answers.</summary>
    public const string Default = "emoji-vlm";

    /// <summary>Embeds, and matches pictures with texts.</summary>
    public const string Matcher = "emoji-siglip";

    /// <summary>Computes nothing; for simulated devices.</summary>
    public const string Simulated = "simulated-vlm";

    public static string Root { get; } = Path.Combine(AppContext.BaseDirectory, "models");

    public static IEnumerable<string> Folders() =>
        Directory.Exists(Root) ? Directory.GetDirectories(Root).Where(IsCheckpoint).Order(StringComparer.Ordinal) : [];

    /// <summary>A checkpoint folder, GGUF file or ready-made ONNX export, given its path or an embedded model's name.</summary>
    public static string Find(string model)
    {
        if (SimulatedModel.IsName(model))
        {
            return model;
        }

        if (CheckpointSource.Exists(model) || CompiledModel.IsExport(model))
        {
            return Path.GetFullPath(model);
        }

        var embedded = Path.Combine(Root, model);
        return model == Path.GetFileName(model) && IsCheckpoint(embedded) ? embedded : throw new CliException(
            $"{model} is neither a checkpoint folder (no config.json there), nor a .gguf file or a folder with one, nor an embedded model ({string.Join(", ", Folders().Select(Path.GetFileName))}).");
    }

    private static bool IsCheckpoint(string folder) => File.Exists(Path.Combine(folder, "config.json"));
}
