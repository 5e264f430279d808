using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Encoding;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Inference;

/// <summary>One compiled model running on one device: what a silo's grains call.</summary>
public sealed class ModelHost : IAsyncDisposable
{
    /// <summary>What clients call the model.</summary>
    public string Name => throw new NotImplementedException();

    /// <summary>Digest of weights, configuration, precision and compiler version (hex).</summary>
    public string Revision => throw new NotImplementedException();

    /// <summary>Hugging Face model type.</summary>
    public string Family => throw new NotImplementedException();

    /// <summary>Digest of the image processor's configuration; empty for a text model.</summary>
    public string ProcessorDigest => throw new NotImplementedException();

    /// <summary>Such as <c>cpu:0</c>.</summary>
    public string Device => throw new NotImplementedException();

    /// <summary>fp32, fp16, int8 or int4.</summary>
    public string Precision => throw new NotImplementedException();

    /// <summary>generate, embed, …</summary>
    public IReadOnlyList<string> Tasks => throw new NotImplementedException();

    /// <summary>Longest prompt plus answer, in tokens.</summary>
    public int ContextTokens => throw new NotImplementedException();

    /// <summary>Null for a model that does not generate.</summary>
    public DecodeEngine? Decoder => throw new NotImplementedException();

    /// <summary>The model's end-of-sequence ids.</summary>
    public IReadOnlySet<int> EndOfSequenceIds => throw new NotImplementedException();

    /// <summary>Decodes, resizes and encodes an image file.</summary>
    /// <exception cref="Imaging.InvalidImageException">The file is not usable.</exception>
    /// <exception cref="EncoderQueueFullException">Too many images wait.</exception>
    public Task<ImageEmbedding> EncodeImageAsync(ReadOnlyMemory<byte> file, bool? split, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Renders the chat template, expands image placeholders and tokenises.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="images">For each image part in order: its key and embedding.</param>
    /// <exception cref="Models.PromptException">The template refuses the messages, or placeholders and images do not match.</exception>
    public PromptTokens BuildPrompt(IReadOnlyList<ChatMessage> messages, IReadOnlyList<(string Key, ImageEmbedding Embedding)> images) =>
        throw new NotImplementedException();

    /// <summary>A stream that turns an answer's tokens into text, special tokens skipped.</summary>
    public ITokenTextStream CreateTextStream() => throw new NotImplementedException();

    /// <summary>A token's own text, for alternatives in log probabilities.</summary>
    public string TokenText(int tokenId) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
