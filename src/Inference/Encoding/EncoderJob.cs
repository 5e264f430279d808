using VisionCluster.Models.Processing;

namespace VisionCluster.Inference.Encoding;

/// <summary>An image on its way through the encoder.</summary>
internal sealed class EncoderJob(ProcessedImage image, long queuedAt, WorkOwner owner)
{
    private readonly TaskCompletionSource<float[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ProcessedImage Image { get; } = image;

    public WorkOwner Owner { get; } = owner;

    /// <summary>Of 16 by 16 pixels: what a tile costs the encoder, whatever the model's own patches are.</summary>
    public double PatchesPerTile { get; } = image.PatchesPerTile();

    public long QueuedAt { get; } = queuedAt;

    /// <summary>When its first tile left the queue.</summary>
    public long StartedAt { get; set; }

    public long Bytes { get; } = (sizeof(float) * (long)image.PixelValues.Length) + (image.PixelMask?.Length ?? 0);

    public Task<float[]> Completion => _completion.Task;

    public bool IsOver => _completion.Task.IsCompleted;

    /// <summary>Tiles handed to a batch so far.</summary>
    public int TilesTaken { get; set; }

    public int TilesLeft => Image.Tiles - TilesTaken;

    /// <summary>Tiles encoded so far.</summary>
    public int TilesDone { get; set; }

    /// <summary><c>[tiles × tokens per tile, embedding]</c>; allocated with the first run.</summary>
    public float[]? Embeddings { get; set; }

    public bool FitsWith(EncoderJob other) =>
        Image.Height == other.Image.Height && Image.Width == other.Image.Width
        && (Image.PixelMask is null) == (other.Image.PixelMask is null);

    public void Complete() => _completion.TrySetResult(Embeddings!);

    public void Fail(Exception exception) => _completion.TrySetException(exception);

    public void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);
}
