using VisionCluster.Models.Compilation;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Compilation;

public sealed class ModelImporterTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly ModelCompilerOptions _options;
    private readonly string _output;

    public ModelImporterTests()
    {
        _options = new ModelCompilerOptions { CacheFolder = Path.Combine(_root.Path, "cache") };
        _output = Path.Combine(_root.Path, "imported");
    }

    [Fact]
    public void Import_EmbeddedModel_ServesWithoutCheckpointAndCache()
    {
        var imported = ModelImporter.Import(Fixtures.EmojiVlm, _output, _options);
        Directory.Delete(_options.CacheFolder, recursive: true);

        var opened = new ModelCompiler(_options).Compile(_output);

        Assert.Equal(imported.Manifest.Revision, opened.Manifest.Revision);
        Assert.Equal((_output, _output, "imported"), (opened.Folder, opened.CheckpointFolder, opened.Name));
        Assert.True(File.Exists(Path.Combine(_output, "tokenizer.json")));
        Assert.True(File.Exists(Path.Combine(_output, "preprocessor_config.json")));
        Assert.False(Directory.Exists(_options.CacheFolder), "An imported model was compiled again.");
    }

    [Fact]
    public void Import_OutputNotEmpty_RefusedAndUntouched()
    {
        Directory.CreateDirectory(_output);
        File.WriteAllText(Path.Combine(_output, "mine.txt"), "keep");

        Assert.Contains("not empty", Assert.Throws<ModelException>(() => ModelImporter.Import(Fixtures.EmojiVlm, _output, _options)).Message, StringComparison.Ordinal);
        Assert.Equal("keep", File.ReadAllText(Path.Combine(_output, "mine.txt")));
    }

    [Fact]
    public void Compile_ImportedFolderDamaged_SaysToImportAgain()
    {
        ModelImporter.Import(Fixtures.EmojiVlm, _output, _options);
        File.Delete(Path.Combine(_output, "decoder.onnx"));

        Assert.Contains("import it again", Assert.Throws<ModelException>(() => new ModelCompiler(_options).Compile(_output)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_BadCheckpoint_LeavesNoFolder()
    {
        var bad = Path.Combine(_root.Path, "bad");
        Directory.CreateDirectory(bad);
        File.WriteAllText(Path.Combine(bad, "config.json"), """{"model_type": "llama"}""");

        Assert.Throws<ModelException>(() => ModelImporter.Import(bad, _output, _options));

        Assert.False(Directory.Exists(_output));
    }

    public void Dispose() => _root.Dispose();
}
