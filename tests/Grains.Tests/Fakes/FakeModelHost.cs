using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using VisionCluster.Imaging;
using VisionCluster.Inference;
using VisionCluster.Inference.Decoding;
using VisionCluster.Models;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Fakes;

/// <summary>The real decode engine over <see cref="FakeDecoderRunner"/>; images are really decoded; a digest is their embedding.</summary>
internal sealed class FakeModelHost : IModelHost
{
    public const int EndOfSequence = 256;
    public const int ImageToken = 257;
    public const int TurnStart = 258;
    public const int TurnEnd = 259;
    public const int TokensPerImage = 4;
    public const int EmbeddingBytes = TokensPerImage * FakeDecoderRunner.Hidden * sizeof(float);

    private volatile TaskCompletionSource _encodeReleased = Released();
    private int _encodes;

    public FakeModelHost(int slots = 8, int capacity = 512, DecodeEngineOptions? options = null)
    {
        Runner = new FakeDecoderRunner(slots, capacity);
        Decoder = new DecodeEngine(Runner, options ?? new DecodeEngineOptions());
    }

    public FakeDecoderRunner Runner { get; }

    public string Name { get; init; } = "fake";

    public string Revision { get; init; } = "r1";

    public string Family => "fake";

    public string ProcessorDigest { get; init; } = "p1";

    public string Device { get; init; } = "cpu:0";

    public string Precision => "fp32";

    public IReadOnlyList<string> Tasks { get; init; } = ["generate"];

    public int ContextTokens => Runner.SlotCapacity;

    public DecodeEngine? Decoder { get; }

    public IReadOnlySet<int> EndOfSequenceIds { get; } = new HashSet<int> { EndOfSequence };

    public int Encodes => Volatile.Read(ref _encodes);

    public void HoldEncodes() => _encodeReleased = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void ReleaseEncodes() => _encodeReleased.TrySetResult();

    public async Task<ImageEmbedding> EncodeImageAsync(ReadOnlyMemory<byte> file, bool? split, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _encodes);
        await _encodeReleased.Task.WaitAsync(cancellationToken);
        ImageCodecs.Default.Decode(file, ImageLimits.Default);
        var digest = SHA256.HashData([.. file.Span, split is true ? (byte)1 : (byte)0]);
        var values = new float[TokensPerImage * FakeDecoderRunner.Hidden];
        for (var i = 0; i < values.Length; i++)
            values[i] = digest[i];
        return new ImageEmbedding(0, 0, TokensPerImage, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }

    public PromptTokens BuildPrompt(IReadOnlyList<ChatMessage> messages, IReadOnlyList<(string Key, ImageEmbedding Embedding)> images)
    {
        var ids = new List<int>();
        foreach (var message in messages)
        {
            Begin(message.Role);
            foreach (var part in message.Parts)
            {
                switch (part)
                {
                    case ChatPart.TextPart { Text: "refuse" }:
                        throw new PromptException("The template refuses this message.");
                    case ChatPart.TextPart text:
                        ids.AddRange(Encoding.UTF8.GetBytes(text.Text).Select(b => (int)b));
                        break;
                    default:
                        ids.AddRange(Enumerable.Repeat(ImageToken, TokensPerImage));
                        break;
                }
            }

            ids.Add(TurnEnd);
        }

        Begin("assistant");
        return new PromptTokens
        {
            Ids = [.. ids],
            ImageTokenId = ImageToken,
            Images = [.. images.Select(i => new PromptImage(
                i.Key, i.Embedding.Tokens, MemoryMarshal.Cast<byte, float>(i.Embedding.Values).ToArray()))],
        };

        void Begin(string role) => ids.AddRange([TurnStart, role[0]]);
    }

    public ITokenTextStream CreateTextStream() => new ByteTextStream();

    /// <summary>Alternatives have no text while it is set.</summary>
    public Exception? TextFailure { get; set; }

    public string TokenText(int tokenId) => TextFailure is { } failure ? throw failure : tokenId < 256 ? ((char)tokenId).ToString() : "";

    public ValueTask DisposeAsync()
    {
        Runner.Release();
        return Decoder!.DisposeAsync();
    }

    private static TaskCompletionSource Released()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
