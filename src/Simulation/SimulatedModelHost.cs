using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using VisionCluster.Imaging;
using VisionCluster.Inference;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Encoding;
using VisionCluster.Inference.Tasks;
using VisionCluster.Models;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Simulation;

/// <summary>
/// A simulated model on a simulated device: the real engine, batcher, caches and bounds over runners that compute digests and sleep. Model,
/// family, precision and device say that they are simulated, wherever they are shown.
/// </summary>
public sealed class SimulatedModelHost : IModelHost
{
    private const string Kind = "simulated";

    private readonly SimulatedModel _model;
    private readonly SimulatedClock _clock;
    private readonly SimulatedEncoderRunner _encoder;
    private readonly ImageEncoder _images;

    /// <summary>Starts the device's engine.</summary>
    /// <param name="model">What is simulated.</param>
    /// <param name="options">Bounds; the device is a simulated one.</param>
    /// <param name="index">Of the device.</param>
    /// <param name="time">Of the process; null: the system's.</param>
    /// <exception cref="ModelException">The model is not valid, or the device is a real one.</exception>
    public SimulatedModelHost(SimulatedModel model, ModelHostOptions options, int index, TimeProvider? time = null)
    {
        if (options.Device.Kind != DeviceKind.Simulated)
            throw new ModelException($"{model.Name} is simulated, and {options.Device.Id} is a real device; name a simulated one, such as simulated:0.");
        if (model.Errors().ToArray() is { Length: > 0 } errors)
            throw new ModelException($"{model.Name}: {string.Join(' ', errors)}");
        Device = string.Create(CultureInfo.InvariantCulture, $"{Kind}:{index}");
        ContextTokens = Math.Min(model.ContextTokens, options.MaxContextTokens);
        (_model, _clock) = (model, new SimulatedClock(time ?? TimeProvider.System));
        _encoder = new SimulatedEncoderRunner(model, _clock);
        Decoder = new DecodeEngine(
            new SimulatedDecoderRunner(model, options.MaxSlots, ContextTokens, _clock),
            options.Decode with { Model = Name, Device = Device, PrefixCacheBytes = Math.Min(options.PrefixCacheBytes, MaxPrefixBytes) });
        _images = new ImageEncoder(
            ImageCodecs.Default,
            _ => new SimulatedImageProcessor(),
            new EncoderBatcher(_encoder, options.Encode with { Model = Name, Device = Device }),
            _encoder.TokensPerTile,
            options);
    }

    /// <summary>Most memory for digests of earlier prompts: they are small, and so is what a process of many devices may spend on them.</summary>
    private const long MaxPrefixBytes = 1 << 20;

    public string Name => _model.Name;

    public string Revision => _model.Revision;

    public string Family => Kind;

    public string ProcessorDigest => new SimulatedImageProcessor().Digest;

    public string Device { get; }

    public string Precision => Kind;

    public IReadOnlyList<string> Tasks { get; } = [TaskNames.Generate];

    public int ContextTokens { get; }

    public DecodeEngine? Decoder { get; }

    public IReadOnlySet<int> EndOfSequenceIds { get; } = new HashSet<int> { SimulatedVocabulary.EndOfSequence };

    /// <summary>Images encoded so far.</summary>
    public long ImagesEncoded => _encoder.Images;

    /// <summary>How long the device would have been busy so far.</summary>
    public TimeSpan Busy => _clock.Busy;

    /// <summary>One host for each simulated device of the options.</summary>
    /// <exception cref="ModelException">As the constructor's.</exception>
    public static IReadOnlyList<SimulatedModelHost> Open(SimulatedModel model, ModelHostOptions options) =>
        [.. Enumerable.Range(options.Device.Index, options.Device.Count).Select(index => new SimulatedModelHost(model, options, index))];

    public EncoderLoad? EncoderLoad => _images.Load;

    public Task<ImageEmbedding> EncodeImageAsync(ReadOnlyMemory<byte> file, bool? split, CancellationToken cancellationToken) =>
        EncodeImageAsync(file, split, WorkOwner.Shared, cancellationToken);

    public Task<ImageEmbedding> EncodeImageAsync(
        ReadOnlyMemory<byte> file, bool? split, WorkOwner owner, CancellationToken cancellationToken) =>
        _images.EncodeAsync(file, split, owner, cancellationToken);

    public PromptTokens BuildPrompt(IReadOnlyList<ChatMessage> messages, IReadOnlyList<(string Key, ImageEmbedding Embedding)> images)
    {
        var ids = new List<int>();
        var pictures = 0;
        foreach (var message in messages)
        {
            ids.AddRange([SimulatedVocabulary.TurnStart, message.Role[0]]);
            foreach (var part in message.Parts)
            {
                if (part is ChatPart.TextPart text)
                    ids.AddRange(Encoding.UTF8.GetBytes(text.Text).Select(b => (int)b));
                else if (pictures < images.Count)
                    ids.AddRange(Enumerable.Repeat(SimulatedVocabulary.Image, images[pictures++].Embedding.Tokens));
                else
                    throw new PromptException("The conversation has more pictures than embeddings.");
            }

            ids.Add(SimulatedVocabulary.TurnEnd);
        }

        ids.AddRange([SimulatedVocabulary.TurnStart, 'a']);
        return new PromptTokens
        {
            Ids = [.. ids],
            ImageTokenId = SimulatedVocabulary.Image,
            Images = [.. images.Select(i => new PromptImage(i.Key, i.Embedding.Tokens, MemoryMarshal.Cast<byte, float>(i.Embedding.Values).ToArray()))],
        };
    }

    public ITokenTextStream CreateTextStream() => new SimulatedVocabulary.TextStream();

    public string TokenText(int tokenId) => SimulatedVocabulary.Text(tokenId);

    public async ValueTask DisposeAsync()
    {
        await Decoder!.DisposeAsync();
        await _images.DisposeAsync();
    }
}
