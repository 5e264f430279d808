using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Inference.Tasks;

/// <summary>From texts to feature vectors: tokenises, cuts off what the model has no positions for, and joins the device's text batch.</summary>
internal sealed class TextEncoder : IAsyncDisposable
{
    private readonly TextEncoderManifest _manifest;
    private readonly Tokenizer _tokenizer;
    private readonly TextBatcher _batcher;

    /// <exception cref="Models.ModelException">The tokenizer or the graph cannot be used.</exception>
    public TextEncoder(CompiledModel model, DeviceOptions device, TextEncoderOptions options)
    {
        _manifest = model.Manifest.Text ?? throw new InvalidOperationException("The model has no text encoder.");
        _tokenizer = Tokenizer.Load(model.CheckpointFolder);
        _batcher = new TextBatcher(new OnnxTextRunner(model, device), _tokenizer.PadTokenId ?? 0, options);
    }

    /// <exception cref="InvalidTaskException">The text has no tokens.</exception>
    /// <exception cref="TextQueueFullException">Too many texts wait.</exception>
    public async Task<TextFeatures> EncodeAsync(string text, CancellationToken cancellationToken)
    {
        var (ids, mask) = Tokenize(text);
        return new TextFeatures(await _batcher.EncodeAsync(ids, mask, cancellationToken), mask.Sum());
    }

    public Tokenizer Tokenizer => _tokenizer;

    public ValueTask DisposeAsync() => _batcher.DisposeAsync();

    /// <summary>As the model takes a text alone.</summary>
    internal (int[] Ids, int[] Mask) Tokenize(string text)
    {
        var prompt = RenderedPrompt.FromUser(text);
        var ids = _manifest.PadToMaxTokens ? [] : _tokenizer.Encode(prompt, addSpecialTokens: true);
        if (_manifest.PadToMaxTokens || ids.Length > _manifest.MaxTokens)
        {
            var encoded = _tokenizer.EncodeFixedLength(prompt, _manifest.MaxTokens);
            return (encoded.Ids, encoded.AttentionMask);
        }

        return ids.Length > 0 ? (ids, [.. Enumerable.Repeat(1, ids.Length)]) : throw new InvalidTaskException("A text has no tokens; write something.");
    }
}
