using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Encoding;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Tasks;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Inference;

/// <summary>One compiled model running on one device: what a silo's grains call.</summary>
public interface IModelHost : IAsyncDisposable
{
    /// <summary>What clients call the model.</summary>
    string Name { get; }

    /// <summary>Digest of weights, configuration, precision and compiler version (hex).</summary>
    string Revision { get; }

    /// <summary>Hugging Face model type.</summary>
    string Family { get; }

    /// <summary>Digest of the image processor's configuration; empty for a text model.</summary>
    string ProcessorDigest { get; }

    /// <summary>Such as <c>cpu:0</c>.</summary>
    string Device { get; }

    /// <summary>fp32, fp16, bf16, int8 or int4.</summary>
    string Precision { get; }

    /// <summary>What the model can be asked for, of <see cref="TaskNames"/>.</summary>
    IReadOnlyList<string> Tasks { get; }

    /// <summary>Longest prompt plus answer, in tokens.</summary>
    int ContextTokens { get; }

    /// <summary>Null for a model that does not generate.</summary>
    DecodeEngine? Decoder { get; }

    /// <summary>Labels, vectors and matches; null for a model that only generates.</summary>
    FeatureTasks? Features => null;

    /// <summary>Looks inside; null for a model without inspection graphs.</summary>
    InspectionService? Inspection => null;

    /// <summary>The model's end-of-sequence ids.</summary>
    IReadOnlySet<int> EndOfSequenceIds { get; }

    /// <summary>
    /// Decodes, resizes and encodes an image file: to image tokens for the decoder, or to the one feature vector that
    /// <see cref="Features"/> reads.
    /// </summary>
    /// <exception cref="Imaging.InvalidImageException">The file is not usable.</exception>
    /// <exception cref="EncoderQueueFullException">Too many images wait.</exception>
    Task<ImageEmbedding> EncodeImageAsync(ReadOnlyMemory<byte> file, bool? split, CancellationToken cancellationToken);

    /// <summary>As the overload, on a tenant's account: where images wait, tenants take turns by weight.</summary>
    Task<ImageEmbedding> EncodeImageAsync(ReadOnlyMemory<byte> file, bool? split, WorkOwner owner, CancellationToken cancellationToken) =>
        EncodeImageAsync(file, split, cancellationToken);

    /// <summary>What waits for the vision encoder; null for a text model.</summary>
    EncoderLoad? EncoderLoad => null;

    /// <summary>Renders the chat template, expands image placeholders and tokenises.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="images">For each image part in order: its key and embedding.</param>
    /// <exception cref="Models.PromptException">The template refuses the messages, or placeholders and images do not match.</exception>
    PromptTokens BuildPrompt(IReadOnlyList<ChatMessage> messages, IReadOnlyList<(string Key, ImageEmbedding Embedding)> images);

    /// <summary>A stream that turns an answer's tokens into text, special tokens skipped.</summary>
    ITokenTextStream CreateTextStream();

    /// <summary>A token's own text, for alternatives in log probabilities.</summary>
    string TokenText(int tokenId);
}
