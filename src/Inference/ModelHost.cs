using VisionCluster.Imaging;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Encoding;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Processing;
using VisionCluster.Models.Prompts;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Inference;

/// <summary>One compiled model running on one device: what a silo's grains call.</summary>
public sealed class ModelHost : IModelHost
{
    private readonly CompiledModel _model;
    private readonly PromptPipeline _prompts;
    private readonly ImageEncoder? _images;

    private ModelHost(CompiledModel model, ModelHostOptions options, PromptPipeline prompts, DecodeEngine? decoder, ImageEncoder? images, string processorDigest)
    {
        (_model, _prompts, Decoder, _images) = (model, prompts, decoder, images);
        (Device, ProcessorDigest) = (options.Device.Id, processorDigest);
        ContextTokens = decoder is null ? 0 : Math.Min(model.Manifest.Decoder!.MaxPositions, options.MaxContextTokens);
    }

    public string Name => _model.Name;

    public string Revision => _model.Manifest.Revision;

    public string Family => _model.Manifest.Family;

    public string ProcessorDigest { get; }

    public string Device { get; }

    public string Precision => _model.Manifest.Precision;

    public IReadOnlyList<string> Tasks { get; } = ["generate"];

    public int ContextTokens { get; }

    public DecodeEngine? Decoder { get; }

    public IReadOnlySet<int> EndOfSequenceIds => _prompts.EndOfSequenceIds;

    /// <summary>Opens the model's sessions and starts its engine.</summary>
    /// <exception cref="ModelException">The compiled model, its tokenizer, template or processor cannot be used.</exception>
    public static ModelHost Load(CompiledModel model, ModelHostOptions options)
    {
        var prompts = PromptPipeline.Load(model);
        var (images, digest) = model.Manifest.Encoder is null ? (null, "") : LoadImages(model, options);
        return new ModelHost(model, options, prompts, LoadDecoder(model, options), images, digest);
    }

    public Task<ImageEmbedding> EncodeImageAsync(ReadOnlyMemory<byte> file, bool? split, CancellationToken cancellationToken) =>
        _images?.EncodeAsync(file, split, cancellationToken) ?? throw new InvalidImageException($"Model {Name} takes no images; leave them out.");

    public PromptTokens BuildPrompt(IReadOnlyList<ChatMessage> messages, IReadOnlyList<(string Key, ImageEmbedding Embedding)> images)
    {
        var rendered = _prompts.Render(messages);
        var expanded = _prompts.Expand(rendered, [.. images.Select(image => Grid(image.Embedding))]);
        return new PromptTokens
        {
            Ids = _prompts.Encode(expanded),
            ImageTokenId = _model.Manifest.Encoder?.ImageTokenId ?? -1,
            Images = [.. images.Select(image => new PromptImage(image.Key, image.Embedding.Tokens, new EmbeddingMemory(image.Embedding.Values).Memory))],
        };
    }

    public ITokenTextStream CreateTextStream() => _prompts.Tokenizer.CreateTextStream();

    public string TokenText(int tokenId) => _prompts.Tokenizer.TokenText(tokenId);

    public async ValueTask DisposeAsync()
    {
        if (Decoder is not null)
        {
            await Decoder.DisposeAsync();
        }

        if (_images is not null)
        {
            await _images.DisposeAsync();
        }
    }

    private static DecodeEngine? LoadDecoder(CompiledModel model, ModelHostOptions options)
    {
        if (model.Manifest.Decoder is not { } decoder)
        {
            return null;
        }

        var capacity = Math.Min(decoder.MaxPositions, options.MaxContextTokens);
        var slots = options.Slots(ModelRunners.KvBytesPerToken(model), capacity);
        var runner = ModelRunners.OpenDecoder(model, options.Device, slots, capacity, options.Decode.PrefillChunkTokens);
        return new DecodeEngine(runner, options.Decode with { Model = model.Name, Device = options.Device.Id });
    }

    private static (ImageEncoder Images, string Digest) LoadImages(CompiledModel model, ModelHostOptions options)
    {
        var standard = ImageProcessors.Load(model.CheckpointFolder, model.Manifest.Family);
        var (split, whole) = (Variant(true), Variant(false));
        var runner = ModelRunners.OpenEncoder(model, options.Device);
        var batcher = new EncoderBatcher(runner, options.Encode with { Model = model.Name, Device = options.Device.Id });
        return (new ImageEncoder(ImageCodecs.Default, Choose, batcher, runner.TokensPerTile, options), standard.Digest);

        IImageProcessor Choose(bool? wanted) => wanted switch
        {
            null => standard,
            true => split.Value,
            false => whole.Value,
        };

        Lazy<IImageProcessor> Variant(bool value) => new(() => ImageProcessors.Load(
            model.CheckpointFolder, model.Manifest.Family, new ImageProcessorOverrides { DoImageSplitting = value }));
    }

    private ImageGrid Grid(ImageEmbedding embedding)
    {
        var tiles = embedding.Rows == 0 ? 1 : (embedding.Rows * embedding.Columns) + 1;
        return new ImageGrid(embedding.Rows, embedding.Columns, embedding.Tokens / tiles);
    }
}
