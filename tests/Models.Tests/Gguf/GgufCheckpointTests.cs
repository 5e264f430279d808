using VisionCluster.Models.Compilation;
using VisionCluster.Models.Prompts;
using VisionCluster.Models.Templates;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Gguf;

public sealed class GgufCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _cache = new();

    [Fact]
    public void Compile_FileOrItsFolder_SameModelAndItsOwnName()
    {
        var file = new TinyLlama().Write().Write(_folder.Path, "some-model.gguf");

        var (byFile, byFolder) = (Compile(file), Compile(_folder.Path));

        Assert.Equal(byFile.Folder, byFolder.Folder);
        Assert.Equal(("some-model", Path.GetFileName(_folder.Path)), (byFile.Name, byFolder.Name));
        Assert.Equal("llama", byFile.Manifest.Family);
        Assert.Contains("tokenizer.json", byFile.Manifest.Files.Keys);
    }

    [Fact]
    public void Load_PromptPipeline_TemplateTokensAndEndOfTheFile()
    {
        var prompts = PromptPipeline.Load(Compile(new TinyLlama().Write().Write(_folder.Path)));

        var rendered = prompts.Render([ChatMessage.OfText("user", "Hi <|im_end|>")]);
        var ids = prompts.Encode(rendered);

        Assert.Equal("<|im_start|>user\nHi <|im_end|><|im_end|>\n", rendered.Text);
        Assert.Equal(257, ids[0]);
        Assert.Equal([258], prompts.EndOfSequenceIds);
        Assert.Single(ids, 258);
    }

    [Theory]
    [InlineData("general.architecture", "qwen2", "architecture qwen2")]
    [InlineData("tokenizer.ggml.pre", "mystery", "mystery")]
    [InlineData("tokenizer.ggml.model", "rwkv", "rwkv")]
    [InlineData("llama.rope.scaling.type", "yarn", "llama.rope.scaling.type")]
    [InlineData("llama.strange_option", "x", "llama.strange_option")]
    public void Compile_TextOptionNotHonoured_RefusedByName(string key, string value, string expected) =>
        Assert.Contains(expected, Refused(new TinyLlama().Write().Remove(key).Text(key, value)), StringComparison.Ordinal);

    [Theory]
    [InlineData("llama.expert_count", 8, "expert_count")]
    [InlineData("llama.attention.value_length", 8, "value_length")]
    [InlineData("llama.rope.dimension_count", 8, "dimension_count")]
    [InlineData("llama.attention.head_count_kv", 3, "key-value heads")]
    [InlineData("llama.feed_forward_length", 96, "shape")]
    [InlineData("llama.block_count", 3, "lacks the tensor")]
    [InlineData("llama.block_count", 1, "blk.1.")]
    [InlineData("llama.vocab_size", 7, "vocab_size")]
    [InlineData("split.count", 2, "parts")]
    public void Compile_NumberNotHonoured_RefusedByName(string key, int value, string expected) =>
        Assert.Contains(expected, Refused(new TinyLlama().Write().Remove(key).Integer(key, (uint)value)), StringComparison.Ordinal);

    [Theory]
    [InlineData("blk.0.attn_q_norm.weight")]
    [InlineData("blk.00.attn_q.weight")]
    [InlineData("blk.0.attn_q.bias")]
    public void Compile_UnknownTensor_RefusedByName(string name) =>
        Assert.Contains("attn_q", Refused(new TinyLlama().Write().Tensor(name, [64], new float[64])), StringComparison.Ordinal);

    [Fact]
    public void Compile_TwoFilesInAFolder_Refused()
    {
        new TinyLlama().Write().Write(_folder.Path, "a.gguf");
        new TinyLlama().Write().Write(_folder.Path, "b.gguf");

        Assert.Contains("a.gguf, b.gguf", Assert.Throws<ModelException>(() => Compile(_folder.Path)).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _cache.Dispose();
    }

    private CompiledModel Compile(string path) => new ModelCompiler(new ModelCompilerOptions { CacheFolder = _cache.Path }).Compile(path);

    private string Refused(GgufWriter writer)
    {
        var path = writer.Write(_folder.Path);
        var message = Assert.Throws<ModelException>(() => Compile(path)).Message;
        Assert.Empty(Directory.EnumerateFileSystemEntries(_cache.Path));
        return message;
    }
}
