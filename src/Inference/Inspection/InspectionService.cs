using VisionCluster.Imaging;
using VisionCluster.Inference.Tasks;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Processing;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Inference.Inspection;

/// <summary>
/// Looks into one model on one device, beside its engine and encoder: graphs of its own, one request at a time, on a thread that yields to
/// all others; an answer to look into is one more sequence of the engine.
/// </summary>
public sealed class InspectionService : IAsyncDisposable
{
    private readonly CompiledModel _model;
    private readonly InspectionOptions _options;
    private readonly ModelInspector _inspector;
    private readonly BackgroundWorker _worker;
    private readonly ImageReader? _reader;
    private readonly PromptSource? _prompts;
    private readonly TextInspection? _text;
    private readonly Func<string, (int[] Ids, int[] Mask)>? _tokenize;
    private int _held; // running and waiting: at most MaxWaiting + 1

    /// <param name="model">The model.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="host">Its host, which answers prompts.</param>
    /// <param name="processorFor">Image processors; null for a model that takes no images.</param>
    /// <param name="tokenizer">Null for a model that reads no text.</param>
    /// <param name="tokenize">A text encoder's way from text to ids.</param>
    internal InspectionService(
        CompiledModel model,
        ModelHostOptions options,
        IModelHost host,
        Func<bool?, IImageProcessor>? processorFor,
        Tokenizer? tokenizer,
        Func<string, (int[] Ids, int[] Mask)>? tokenize)
    {
        (_model, _options, _tokenize) = (model, options.Inspection, tokenize);
        _inspector = new ModelInspector(model, options.Device);
        _worker = new BackgroundWorker($"inspect {options.Device.Id}", _options.MaxWaiting + 1, _options.RetryAfter);
        _reader = processorFor is null ? null : new ImageReader(model.Manifest, processorFor, options.ImageLimits);
        _prompts = model.Manifest.Decoder is null ? null : new PromptSource(host, tokenizer!, _options);
        _text = tokenizer is null ? null : new TextInspection(model, _inspector, tokenizer);
    }

    /// <exception cref="InvalidTaskException">The model has not what is asked for, or the answer would be too large.</exception>
    /// <exception cref="InvalidImageException">A picture is not usable.</exception>
    /// <exception cref="InspectionQueueFullException">Too many wait.</exception>
    public async Task<IReadOnlyList<InspectionPiece>> InspectAsync(InspectionRequest request, CancellationToken cancellationToken)
    {
        InspectionCheck.Check(request, _model.Manifest, _options);
        try
        {
            if (Interlocked.Increment(ref _held) > _options.MaxWaiting + 1)
            {
                throw new InspectionQueueFullException(_options.RetryAfter);
            }

            return await InspectAdmittedAsync(request, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        _inspector.Dispose();
    }

    private async Task<IReadOnlyList<InspectionPiece>> InspectAdmittedAsync(InspectionRequest request, CancellationToken cancellationToken)
    {
        var (pieces, budget) = (new List<InspectionPiece>(), new InspectionBudget(_options));
        var decodes = _model.Manifest.Decoder is not null && request.WantsText;
        var images = !decodes && !request.WantsVision ? []
            : await _worker.RunAsync(() => request.Images.Select((file, i) => Look(i, file, request, budget, decodes, pieces)).ToList(), cancellationToken);
        if (decodes)
        {
            var prompt = await _prompts!.BuildAsync(request, images, cancellationToken);
            return await _worker.RunAsync(
                () =>
                {
                    _text!.Run(prompt, images, request, budget, pieces);
                    return pieces;
                },
                cancellationToken);
        }

        return !request.WantsText ? pieces : await _worker.RunAsync(
            () =>
            {
                var (ids, mask) = _tokenize!(request.Text);
                _text!.Run(ids, mask, request, budget, pieces);
                return pieces;
            },
            cancellationToken);
    }

    private InspectedImage Look(
        int index, ReadOnlyMemory<byte> file, InspectionRequest request, InspectionBudget budget, bool features, List<InspectionPiece> pieces)
    {
        var image = _reader!.Read(index, file, request);
        return new VisionInspection(_model, _inspector).Run(image, request, budget, features, pieces);
    }
}
