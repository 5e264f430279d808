using System.Runtime.InteropServices;
using VisionCluster.Inference.Diagnostics;

namespace VisionCluster.Inference.Encoding;

/// <summary>
/// Runs batches. One that fails is halved until the image that makes it fail is alone, so that only that image fails.
/// </summary>
internal sealed class EncoderBatchRunner(IEncoderRunner runner, InferenceMetrics metrics, TimeProvider timeProvider)
{
    // Reused from batch to batch; as large as the largest one so far.
    private float[] _pixels = [];
    private byte[] _mask = [];
    private float[] _embeddings = [];

    public void Run(List<EncoderBatchPart> batch) => Run(CollectionsMarshal.AsSpan(batch));

    private void Run(ReadOnlySpan<EncoderBatchPart> parts)
    {
        try
        {
            if (parts.Length == 1)
                RunAlone(parts[0]);
            else
                RunTogether(parts);
        }
        catch (Exception exception)
        {
            metrics.DeviceFailed();
            if (parts.Length == 1)
            {
                parts[0].Job.Fail(exception);
                return;
            }
            Run(parts[..(parts.Length / 2)]);
            Run(parts[(parts.Length / 2)..]);
            return;
        }
        foreach (var (job, _, tiles) in parts)
        {
            job.TilesDone += tiles;
            if (job.TilesDone == job.Image.Tiles)
                job.Complete();
        }
    }

    /// <summary>Without copies: from the image's pixels to its embeddings.</summary>
    private void RunAlone(EncoderBatchPart part)
    {
        if (part.Job.IsOver)
            return;
        Encode(part.Job, part.Tiles, part.Pixels, part.Mask, Destination(part));
    }

    private void RunTogether(ReadOnlySpan<EncoderBatchPart> parts)
    {
        var tiles = 0;
        foreach (var part in parts)
            tiles += part.Tiles;
        var first = parts[0].Job;
        var area = first.Image.Height * first.Image.Width;
        var pixels = Room(ref _pixels, checked(3 * tiles * area));
        var mask = Room(ref _mask, first.Image.PixelMask is null ? 0 : tiles * area);
        var embeddings = Room(ref _embeddings, tiles * TileSize(first));
        var tile = 0;
        foreach (var part in parts)
        {
            part.Pixels.CopyTo(pixels[(3 * tile * area)..]);
            if (!part.Mask.IsEmpty)
                part.Mask.CopyTo(mask[(tile * area)..]);
            tile += part.Tiles;
        }
        Encode(first, tiles, pixels, mask, embeddings);
        foreach (var part in parts)
        {
            var destination = Destination(part);
            embeddings[..destination.Length].CopyTo(destination);
            embeddings = embeddings[destination.Length..];
        }
    }

    private void Encode(EncoderJob shape, int tiles, ReadOnlySpan<float> pixels, ReadOnlySpan<byte> mask, Span<float> embeddings)
    {
        var started = timeProvider.GetTimestamp();
        runner.Encode(tiles, shape.Image.Height, shape.Image.Width, pixels, mask, embeddings);
        metrics.EncoderRun(timeProvider.GetElapsedTime(started), tiles);
    }

    private Span<float> Destination(EncoderBatchPart part)
    {
        var size = TileSize(part.Job);
        part.Job.Embeddings ??= new float[part.Job.Image.Tiles * size];
        return part.Job.Embeddings.AsSpan(part.FirstTile * size, part.Tiles * size);
    }

    /// <summary>Values of one tile's embedding.</summary>
    private int TileSize(EncoderJob job) => runner.TokensPerTile(job.Image.Height, job.Image.Width) * runner.EmbeddingSize;

    private static Span<T> Room<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length)
            buffer = GC.AllocateUninitializedArray<T>(length, pinned: true);
        return buffer.AsSpan(0, length);
    }
}
