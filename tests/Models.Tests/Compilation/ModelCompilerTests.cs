using VisionCluster.Models.Compilation;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Compilation;

public sealed class ModelCompilerTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("compiler-").FullName;
    private readonly string _checkpoint;
    private readonly ModelCompiler _compiler;

    public ModelCompilerTests()
    {
        _checkpoint = Path.Combine(_root, "checkpoint");
        Directory.CreateDirectory(_checkpoint);
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(Fixtures.EmojiVlm, name), Path.Combine(_checkpoint, name));
        }

        _compiler = new ModelCompiler(new ModelCompilerOptions { CacheFolder = Path.Combine(_root, "cache") });
    }

    [Fact]
    public void Compile_Again_UsesTheCache()
    {
        var first = _compiler.Compile(_checkpoint);
        var written = File.GetLastWriteTimeUtc(first.WeightsPath);

        var second = _compiler.Compile(_checkpoint);

        Assert.Equal((first.Folder, written), (second.Folder, File.GetLastWriteTimeUtc(second.WeightsPath)));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    public void Compile_CheckpointChanged_NewRevision(string file)
    {
        var first = _compiler.Compile(_checkpoint);
        var path = Path.Combine(_checkpoint, file);
        var bytes = File.ReadAllBytes(path);

        // A different learned value, or a space in JSON.
        bytes = file == "config.json" ? [.. bytes, (byte)' '] : [.. bytes[..^1], (byte)(bytes[^1] ^ 1)];
        File.WriteAllBytes(path, bytes);

        var second = _compiler.Compile(_checkpoint);

        Assert.NotEqual(first.Manifest.Revision, second.Manifest.Revision);
        Assert.NotEqual(first.Folder, second.Folder);
    }

    [Theory]
    [InlineData("weights.bin", true)]
    [InlineData("decoder.onnx", true)]
    [InlineData("manifest.json", true)]
    [InlineData("encoder.onnx", false)]
    [InlineData("manifest.json", false)]
    public void Compile_CacheDamaged_RebuiltAndComplete(string file, bool truncate)
    {
        var first = _compiler.Compile(_checkpoint);
        var path = Path.Combine(first.Folder, file);
        var whole = File.ReadAllBytes(path);
        if (truncate)
        {
            File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        }
        else
        {
            File.Delete(path);
        }

        var second = _compiler.Compile(_checkpoint);

        Assert.Equal(first.Folder, second.Folder);
        Assert.Equal(whole, File.ReadAllBytes(path));
    }

    [Fact]
    public void Compile_Fails_LeavesNothingBehind()
    {
        File.WriteAllBytes(Path.Combine(_checkpoint, "model.safetensors"), File.ReadAllBytes(Path.Combine(_checkpoint, "model.safetensors"))[..4096]);

        Assert.Throws<ModelException>(() => _compiler.Compile(_checkpoint));

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_root, "cache")));
    }

    [Fact]
    public async Task Compile_AtTheSameTime_OneResultForAll()
    {
        var models = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _compiler.Compile(_checkpoint))));

        Assert.Single(models.Select(model => model.Folder).Distinct());
        Assert.NotNull(ModelManifest.ReadComplete(models[0].Folder));
        Assert.Single(Directory.GetDirectories(Path.Combine(_root, "cache")));
    }

    [Theory]
    [InlineData("\"model_type\": \"idefics3\"", "\"model_type\": \"quantum\"", "quantum")]
    [InlineData("\"scale_factor\": 2", "\"scale_factor\": 2, \"mystery_option\": 1", "mystery_option")]
    [InlineData("\"hidden_act\": \"silu\"", "\"hidden_act\": \"mish\"", "mish")]
    [InlineData("\"rope_scaling\": null", "\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 2}", "yarn")]
    [InlineData("\"hidden_size\": 256", "\"hidden_size\": 257", "shape")]
    public void Compile_OptionNotHonoured_RefusedByName(string from, string to, string expected)
    {
        var path = Path.Combine(_checkpoint, "config.json");
        var config = File.ReadAllText(path);
        Assert.Contains(from, config, StringComparison.Ordinal);
        File.WriteAllText(path, config.Replace(from, to, StringComparison.Ordinal));

        Assert.Contains(expected, Assert.Throws<ModelException>(() => _compiler.Compile(_checkpoint)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
