namespace VisionCluster.Imaging;

/// <summary>A small picture to draw on: 8-bit RGB, <c>[height, width, 3]</c>.</summary>
public sealed class RgbCanvas
{
    private readonly byte[] _pixels;

    public RgbCanvas(int width, int height, byte level = 255)
    {
        (Width, Height, _pixels) = (width, height, new byte[checked(width * height * 3)]);
        Array.Fill(_pixels, level);
    }

    public int Width { get; }

    public int Height { get; }

    public (byte Red, byte Green, byte Blue) this[int x, int y]
    {
        get
        {
            var at = ((y * Width) + x) * 3;
            return (_pixels[at], _pixels[at + 1], _pixels[at + 2]);
        }

        set
        {
            var at = ((y * Width) + x) * 3;
            (_pixels[at], _pixels[at + 1], _pixels[at + 2]) = value;
        }
    }

    public void Fill(int x, int y, int width, int height, (byte Red, byte Green, byte Blue) colour)
    {
        for (var row = y; row < y + height; row++)
        {
            for (var column = x; column < x + width; column++)
                this[column, row] = colour;
        }
    }

    public byte[] ToPng() => PngWriter.Encode(Width, Height, _pixels);
}
