using System.Runtime.InteropServices;
using VisionCluster.Imaging;
using VisionCluster.Inference.Diagnostics;
using VisionCluster.Models.Processing;
using VisionCluster.Shared;

namespace VisionCluster.Inference.Encoding;

/// <summary>
/// From an image file to its embedding: decodes and resizes on a bounded number of workers, then joins the device's encoder batch.
/// Owns the batcher.
/// </summary>
internal sealed class ImageEncoder(
    IImageCodec codec,
    Func<bool?, IImageProcessor> processorFor,
    EncoderBatcher batcher,
    Func<int, int, int> tokensPerTile,
    ModelHostOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan RetryWhenCrowded = TimeSpan.FromSeconds(1);

    private readonly FairWorkers _workers = new(options.ImageWorkers);
    private readonly TenantPlaces _places = new(options.MaxWaitingImages); // waiting to be decoded, and being decoded
    private readonly Lock _lock = new();
    private DecayingMean _patchesPerImage; // guarded by _lock
    private DecayingMean _tokensPerImage; // guarded by _lock

    public EncoderLoad Load
    {
        get
        {
            var (rate, waiting) = batcher.Load;
            lock (_lock)
                return new EncoderLoad(rate, _patchesPerImage.Value, _tokensPerImage.Value, waiting);
        }
    }

    /// <exception cref="InvalidImageException">The file is not usable.</exception>
    /// <exception cref="EncoderQueueFullException">Too many images wait.</exception>
    public async Task<ImageEmbedding> EncodeAsync(ReadOnlyMemory<byte> file, bool? split, WorkOwner owner, CancellationToken cancellationToken)
    {
        var image = await PrepareAsync(file, split, owner, cancellationToken);
        var tokens = image.Tiles * tokensPerTile(image.Height, image.Width);
        lock (_lock)
        {
            _patchesPerImage.Add(image.Tiles * image.PatchesPerTile());
            _tokensPerImage.Add(tokens);
        }

        var values = await batcher.EncodeAsync(image, owner, cancellationToken);
        return new ImageEmbedding(image.Rows, image.Columns, tokens, MemoryMarshal.AsBytes<float>(values).ToArray());
    }

    public ValueTask DisposeAsync() => batcher.DisposeAsync();

    private ProcessedImage Process(ReadOnlyMemory<byte> file, bool? split)
    {
        var processor = processorFor(split);
        using var stream = processor.Stream();
        DecodedImage? pixels;
        using (InferenceTrace.Decode())
            pixels = codec.Decode(file, options.ImageLimits, stream);
        using (InferenceTrace.Preprocess())
            return pixels is null ? stream!.Finish() : processor.Process(pixels);
    }

    private async Task<ProcessedImage> PrepareAsync(
        ReadOnlyMemory<byte> file, bool? split, WorkOwner owner, CancellationToken cancellationToken)
    {
        if (!_places.TryTake(owner.Tenant, owner.Weight))
            throw new EncoderQueueFullException(RetryWhenCrowded);

        try
        {
            using (InferenceTrace.Wait())
                await _workers.EnterAsync(owner, cancellationToken);
            try
            {
                // Off the caller's scheduler: a grain's turn must not decode pictures.
                return await Task.Run(() => Process(file, split), cancellationToken);
            }
            finally
            {
                _workers.Exit(owner);
            }
        }
        finally
        {
            _places.Release(owner.Tenant);
        }
    }
}
