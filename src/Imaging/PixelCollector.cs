namespace VisionCluster.Imaging;

/// <summary>Puts rows together to a whole image, of any number of channels.</summary>
internal sealed class PixelCollector(int width, int height, int channels) : IRowReceiver
{
    private readonly byte[] _pixels = GC.AllocateUninitializedArray<byte>(width * height * channels);
    private int _filled;

    public DecodedImage Image => new(width, height, channels, _pixels);

    public bool TryBegin(int width, int height) => true;

    public void Add(ReadOnlySpan<byte> rows)
    {
        rows.CopyTo(_pixels.AsSpan(_filled));
        _filled += rows.Length;
    }
}
