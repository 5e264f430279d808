namespace VisionCluster.Inference.Inspection;

/// <summary>Which patches an image token stands for.</summary>
internal static class ImagePlaces
{
    /// <param name="image">Which image.</param>
    /// <param name="grid">Its patches.</param>
    /// <param name="tokensPerTile">Image tokens of a tile.</param>
    /// <param name="shuffle">s of the pixel shuffle; 1 without.</param>
    /// <param name="token">The token's index among the image's.</param>
    public static ImagePlace Of(int image, PatchGrid grid, int tokensPerTile, int shuffle, int token)
    {
        var (tile, index) = Math.DivRem(token, tokensPerTile);
        var columns = grid.Columns / shuffle;
        if (tokensPerTile == grid.Rows / shuffle * columns)
        {
            return new ImagePlace(image, tile, index / columns * shuffle, index % columns * shuffle, shuffle, shuffle);
        }

        if (grid.ClassToken && tokensPerTile == grid.Sequence)
        {
            return index == 0 ? new ImagePlace(image, tile, 0, 0, 0, 0)
                : new ImagePlace(image, tile, (index - 1) / grid.Columns, (index - 1) % grid.Columns, 1, 1);
        }

        // A resampler's latent looks at the whole tile.
        return new ImagePlace(image, tile, 0, 0, grid.Rows, grid.Columns);
    }
}
