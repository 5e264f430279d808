namespace VisionCluster.Inference.Encoding;

/// <summary>Consecutive tiles of one image in a batch.</summary>
internal readonly record struct EncoderBatchPart(EncoderJob Job, int FirstTile, int Tiles)
{
    public ReadOnlySpan<float> Pixels
    {
        get
        {
            var tile = 3 * Job.Image.Height * Job.Image.Width;
            return Job.Image.PixelValues.AsSpan(FirstTile * tile, Tiles * tile);
        }
    }

    public ReadOnlySpan<byte> Mask
    {
        get
        {
            var tile = Job.Image.Height * Job.Image.Width;
            return Job.Image.PixelMask is { } mask ? mask.AsSpan(FirstTile * tile, Tiles * tile) : [];
        }
    }
}
