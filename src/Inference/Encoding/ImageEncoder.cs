using System.Runtime.InteropServices;
using VisionCluster.Imaging;
using VisionCluster.Models.Processing;

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

    private readonly SemaphoreSlim _workers = new(options.ImageWorkers, options.ImageWorkers);
    private int _waiting;

    /// <exception cref="InvalidImageException">The file is not usable.</exception>
    /// <exception cref="EncoderQueueFullException">Too many images wait.</exception>
    public async Task<ImageEmbedding> EncodeAsync(ReadOnlyMemory<byte> file, bool? split, CancellationToken cancellationToken)
    {
        var image = await PrepareAsync(file, split, cancellationToken);
        var values = await batcher.EncodeAsync(image, cancellationToken);
        return new ImageEmbedding(
            image.Rows,
            image.Columns,
            image.Tiles * tokensPerTile(image.Height, image.Width),
            MemoryMarshal.AsBytes<float>(values).ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await batcher.DisposeAsync();
        _workers.Dispose();
    }

    private async Task<ProcessedImage> PrepareAsync(ReadOnlyMemory<byte> file, bool? split, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > options.MaxWaitingImages)
        {
            Interlocked.Decrement(ref _waiting);
            throw new EncoderQueueFullException(RetryWhenCrowded);
        }

        try
        {
            await _workers.WaitAsync(cancellationToken);
            try
            {
                // Off the caller's scheduler: a grain's turn must not decode pictures.
                return await Task.Run(() => processorFor(split).Process(codec.Decode(file, options.ImageLimits)), cancellationToken);
            }
            finally
            {
                _workers.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
