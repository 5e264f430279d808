using VisionCluster.Imaging;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Encoding;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Onnx;
using VisionCluster.Inference.Tasks;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Prompts;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Inference;

/// <summary>One compiled model running on one device: what a silo's grains call.</summary>
public sealed class ModelHost : IModelHost
{
    private readonly CompiledModel _model;
    private readonly PromptPipeline? _prompts;
    private readonly ImageEncoder? _images;
    private int _disposed;

    private ModelHost(
        CompiledModel model,
        ModelHostOptions options,
        PromptPipeline? prompts,
        DecodeEngine? decoder,
        ProcessorChoice? processors,
        FeatureTasks? features)
    {
        (_model, _prompts, Decoder, Features) = (model, prompts, decoder, features);
        (Device, ProcessorDigest) = (options.Device.Id, processors?.Standard.Digest ?? "");
        _images = processors is null ? null : LoadImages(model, options, processors);
        Tasks = ModelTasks.Of(model, prompts);
        ContextTokens = decoder is null ? 0 : Math.Min(model.Manifest.Decoder!.MaxPositions, options.MaxContextTokens);
        if (Tasks.Contains(TaskNames.Inspect))
        {
            var texts = features?.Texts;
            Inspection = new InspectionService(
                model, options, this, processors is null ? null : processors.For, prompts?.Tokenizer ?? texts?.Tokenizer, texts is null ? null : texts.Tokenize);
        }
    }

    public string Name => _model.Name;

    public string Revision => _model.Manifest.Revision;

    public string Family => _model.Manifest.Family;

    public string ProcessorDigest { get; }

    public string Device { get; }

    public string Precision => _model.Manifest.Precision;

    public IReadOnlyList<string> Tasks { get; }

    public int ContextTokens { get; }

    public DecodeEngine? Decoder { get; }

    public FeatureTasks? Features { get; }

    public InspectionService? Inspection { get; }

    public IReadOnlySet<int> EndOfSequenceIds => Prompts.EndOfSequenceIds;

    private PromptPipeline Prompts => _prompts ?? throw new InvalidOperationException($"Model {Name} does not generate.");

    /// <summary>Opens the model's sessions and starts its engine.</summary>
    /// <exception cref="ModelException">The compiled model, its tokenizer, template or processor cannot be used.</exception>
    public static ModelHost Load(CompiledModel model, ModelHostOptions options)
    {
        var prompts = model.Manifest.Decoder is null ? null : PromptPipeline.Load(model);
        var features = FeatureTasks.Load(model, options.Device, options.Texts);
        var processors = model.Manifest.Encoder is null && model.Manifest.Vision is null ? null : new ProcessorChoice(model);
        return new ModelHost(model, options, prompts, LoadDecoder(model, options), processors, features);
    }

    public EncoderLoad? EncoderLoad => _images?.Load;

    public Task<ImageEmbedding> EncodeImageAsync(ReadOnlyMemory<byte> file, bool? split, CancellationToken cancellationToken) =>
        EncodeImageAsync(file, split, WorkOwner.Shared, cancellationToken);

    public Task<ImageEmbedding> EncodeImageAsync(
        ReadOnlyMemory<byte> file, bool? split, WorkOwner owner, CancellationToken cancellationToken) =>
        _images?.EncodeAsync(file, split, owner, cancellationToken) ?? throw new InvalidImageException($"Model {Name} takes no images; leave them out.");

    public PromptTokens BuildPrompt(IReadOnlyList<ChatMessage> messages, IReadOnlyList<(string Key, ImageEmbedding Embedding)> images)
    {
        var rendered = Prompts.Render(messages);
        var expanded = Prompts.Expand(rendered, [.. images.Select(image => Grid(image.Embedding))]);
        return new PromptTokens
        {
            Ids = Prompts.Encode(expanded),
            ImageTokenId = _model.Manifest.Encoder?.ImageTokenId ?? -1,
            Images = [.. images.Select(image => new PromptImage(image.Key, image.Embedding.Tokens, new EmbeddingMemory(image.Embedding.Values).Memory))],
        };
    }

    public ITokenTextStream CreateTextStream() => Prompts.Tokenizer.CreateTextStream();

    public string TokenText(int tokenId) => Prompts.Tokenizer.TokenText(tokenId);

    public async ValueTask DisposeAsync()
    {
        // Who loaded it and who unloads it may be two.
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (Inspection is not null)
        {
            await Inspection.DisposeAsync();
        }

        if (Decoder is not null)
        {
            await Decoder.DisposeAsync();
        }

        if (_images is not null)
        {
            await _images.DisposeAsync();
        }

        if (Features is not null)
        {
            await Features.DisposeAsync();
        }
    }

    private static DecodeEngine? LoadDecoder(CompiledModel model, ModelHostOptions options)
    {
        if (model.Manifest.Decoder is not { } decoder)
        {
            return null;
        }

        var capacity = Math.Min(decoder.MaxPositions, options.MaxContextTokens);
        var plan = KvPlan.Create(options, ModelRunners.KvBytesPerToken(model, options.KvPrecision, options.Device), capacity, ModelRunners.IsKvPaged(model, options.Device));
        var runner = ModelRunners.OpenDecoder(model, options.Device, plan.Slots, capacity, options.Decode.PrefillChunkTokens, options.KvPrecision);
        return new DecodeEngine(runner, options.Decode with
        {
            Model = model.Name,
            Device = options.Device.Id,
            KvBudgetTokens = plan.BudgetTokens,
            PrefixCacheBytes = options.PrefixCacheBytes,
        });
    }

    private static ImageEncoder LoadImages(CompiledModel model, ModelHostOptions options, ProcessorChoice processors)
    {
        var runner = model.Manifest.Encoder is null ? new OnnxVisionRunner(model, options.Device) : ModelRunners.OpenEncoder(model, options.Device);
        var batcher = new EncoderBatcher(runner, options.Encode with { Model = model.Name, Device = options.Device.Id });
        return new ImageEncoder(ImageCodecs.Default, processors.For, batcher, runner.TokensPerTile, options);
    }

    private ImageGrid Grid(ImageEmbedding embedding)
    {
        var tiles = embedding.Rows == 0 ? 1 : (embedding.Rows * embedding.Columns) + 1;
        return new ImageGrid(embedding.Rows, embedding.Columns, embedding.Tokens / tiles);
    }
}
