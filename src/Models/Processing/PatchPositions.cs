namespace VisionCluster.Models.Processing;

/// <summary>
/// Position indices of Idefics2's and Idefics3's vision towers, whose table is a square of <c>side</c> x <c>side</c> patches while images
/// have any shape: patch i of n along an axis takes the bucket of <c>i / n</c> among <c>k / side</c>, in float32 (transformers,
/// <c>modeling_idefics2.py</c>).
/// </summary>
public static class PatchPositions
{
    private const float JustBelowOne = 1 - 1e-6f;

    /// <summary>Bucket of each of <paramref name="patches"/> real patches along one axis.</summary>
    public static int[] Axis(int patches, int side)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(patches);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        var boundaries = new float[side - 1];
        for (var k = 1; k < side; k++)
            boundaries[k - 1] = (float)((double)k / side);

        // Plain floor(i * side / n) differs for a few n: the rounding of float32 decides there.
        var step = patches == 0 ? 0 : (float)(1.0 / patches);
        var buckets = new int[patches];
        for (int i = 0, bucket = 0; i < patches; i++)
        {
            var place = Math.Min(i * step, JustBelowOne);
            while (bucket < boundaries.Length && boundaries[bucket] <= place)
                bucket++;
            buckets[i] = bucket;
        }

        return buckets;
    }

    /// <summary>Indices of a grid whose patches are all real, row by row.</summary>
    public static long[] Grid(int rows, int columns, int side)
    {
        var mask = new byte[rows * columns];
        Array.Fill(mask, (byte)1);
        return Grid(mask, rows, columns, side);
    }

    /// <summary>Indices of a padded grid: only real patches count and are placed, the others take index 0.</summary>
    /// <param name="patchMask">Not 0 on real patches, <c>[rows, columns]</c>.</param>
    /// <param name="rows">Rows of the padded grid.</param>
    /// <param name="columns">Columns of the padded grid.</param>
    /// <param name="side">Patches along a side of the tower's table.</param>
    /// <returns><c>[rows, columns]</c>.</returns>
    public static long[] Grid(ReadOnlySpan<byte> patchMask, int rows, int columns, int side)
    {
        var (realRows, realColumns) = (0, 0);
        for (var row = 0; row < rows; row++)
            realRows += patchMask[row * columns] != 0 ? 1 : 0;
        for (var column = 0; column < columns; column++)
            realColumns += patchMask[column] != 0 ? 1 : 0;

        var (vertical, horizontal) = (Axis(realRows, side), Axis(realColumns, side));
        var positions = new long[rows * columns];
        for (var row = 0; row < realRows; row++)
        {
            for (var column = 0; column < realColumns; column++)
            {
                if (patchMask[row * columns + column] != 0)
                    positions[row * columns + column] = vertical[row] * side + horizontal[column];
            }
        }

        return positions;
    }

    /// <summary>Which patches of a padded image are real. Partial patches beyond the last full one are cut off.</summary>
    /// <param name="pixelMask">Not 0 on real pixels, <c>[height, width]</c>.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="patch">Side of a patch in pixels.</param>
    /// <param name="everyPixel">True: all pixels of a patch must be real (Idefics2); false: any (Idefics3).</param>
    /// <returns>1 on real patches, <c>[height / patch, width / patch]</c>.</returns>
    public static byte[] PatchMask(ReadOnlySpan<byte> pixelMask, int height, int width, int patch, bool everyPixel)
    {
        var (rows, columns) = (height / patch, width / patch);
        var mask = new byte[rows * columns];
        for (var i = 0; i < mask.Length; i++)
        {
            var (row, column) = Math.DivRem(i, columns);
            var real = 0;
            for (var y = row * patch; y < (row + 1) * patch; y++)
                real += patch - pixelMask.Slice(y * width + column * patch, patch).Count((byte)0);
            mask[i] = (everyPixel ? real == patch * patch : real > 0) ? (byte)1 : (byte)0;
        }

        return mask;
    }
}
