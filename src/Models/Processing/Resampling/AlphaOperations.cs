namespace VisionCluster.Models.Processing.Resampling;

/// <summary>What Pillow does with straight alpha, bit for bit.</summary>
internal static class AlphaOperations
{
    private static readonly int[] OverWhiteShares = [.. Enumerable.Range(0, 256).Select(OverWhiteShare)];

    /// <summary>RGBA to premultiplied RGBA (<c>Convert.c</c>, RGBA to RGBa).</summary>
    public static Raster Premultiply(Raster source)
    {
        var target = Raster.Rent(source.Width, source.Height, 4);
        for (var y = 0; y < source.Height; y++)
        {
            var from = source.Row(y);
            var to = target.Row(y);
            for (var i = 0; i < from.Length; i += 4)
            {
                int alpha = from[i + 3];
                for (var channel = 0; channel < 3; channel++)
                {
                    var product = from[i + channel] * alpha + 128;
                    to[i + channel] = (byte)(((product >> 8) + product) >> 8);
                }

                to[i + 3] = (byte)alpha;
            }
        }

        return target;
    }

    /// <summary>Premultiplied RGBA to RGBA, in place (<c>Convert.c</c>, RGBa to RGBA).</summary>
    public static void Unpremultiply(Raster image)
    {
        for (var y = 0; y < image.Height; y++)
        {
            var row = image.Row(y);
            for (var i = 0; i < row.Length; i += 4)
            {
                int alpha = row[i + 3];
                if (alpha is 0 or 255)
                    continue;
                for (var channel = 0; channel < 3; channel++)
                    row[i + channel] = (byte)Math.Min(255, 255 * row[i + channel] / alpha);
            }
        }
    }

    /// <summary>RGBA composited over white (<c>AlphaComposite.c</c>), as RGB.</summary>
    public static Raster OverWhite(Raster source)
    {
        var target = Raster.Rent(source.Width, source.Height, 3);
        for (var y = 0; y < source.Height; y++)
        {
            var from = source.Row(y);
            var to = target.Row(y);
            for (int i = 0, t = 0; i < from.Length; i += 4, t += 3)
            {
                var share = OverWhiteShares[from[i + 3]];
                var white = 255 * (255 * 128 - share) + (128 << 7);
                for (var channel = 0; channel < 3; channel++)
                {
                    var sum = from[i + channel] * share + white;
                    to[t + channel] = (byte)((((sum >> 8) + sum) >> 8) >> 7);
                }
            }
        }

        return target;
    }

    /// <summary>RGBA to RGB, colours kept as they are.</summary>
    public static Raster DropAlpha(Raster source)
    {
        var target = Raster.Rent(source.Width, source.Height, 3);
        for (var y = 0; y < source.Height; y++)
        {
            var from = source.Row(y);
            var to = target.Row(y);
            for (int i = 0, t = 0; i < from.Length; i += 4, t += 3)
                from.Slice(i, 3).CopyTo(to[t..]);
        }

        return target;
    }

    // The colour's share of the result, with 7 extra bits; the rest is white.
    private static int OverWhiteShare(int alpha) => alpha == 0 ? 0 : alpha * 255 * 255 * 128 / (255 * alpha + 255 * (255 - alpha));
}
