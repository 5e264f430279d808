using VisionCluster.Models.Compilation;
using VisionCluster.Models.Exports;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Exports;

/// <summary>A checkpoint, compiled as usual and written as an ONNX export, in a folder that lives as long as a test.</summary>
internal sealed class ExportedCheckpoint : IDisposable
{
    private static readonly string[] Exportable = ["llama", "mistral", "gemma", "idefics3", "smolvlm"];

    private readonly TemporaryFolder _root = new();
    private readonly string _checkpoint;

    public ExportedCheckpoint(string checkpoint)
    {
        _checkpoint = checkpoint;
        OnnxExporter.Export(checkpoint, Folder);
    }

    /// <summary>Golden checkpoints of families that are exported, relative to the repository.</summary>
    public static IEnumerable<string> Goldens => Fixtures.Folders("families").Concat(Fixtures.Models)
        .Where(folder => File.Exists(Path.Combine(folder, "expected", "cases.json")) && Exportable.Contains(ModelType(folder)))
        .Select(folder => Path.GetRelativePath(Fixtures.RepositoryRoot, folder));

    public string Folder => Path.Combine(_root.Path, "export");

    public ModelCompiler Compiler => new(new ModelCompilerOptions { CacheFolder = Path.Combine(_root.Path, "cache") });

    /// <summary>The export as a model; goldens are looked for beside the checkpoint.</summary>
    public CompiledModel Open() => Compiler.Compile(Folder) with { CheckpointFolder = _checkpoint };

    public CompiledModel Native() => Compiler.Compile(_checkpoint);

    public void Dispose() => _root.Dispose();

    private static string ModelType(string folder)
    {
        using var config = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")));
        return config.RootElement.GetProperty("model_type").GetString()!;
    }
}
