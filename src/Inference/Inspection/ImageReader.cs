using VisionCluster.Imaging;
using VisionCluster.Inference.Tasks;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Processing;

namespace VisionCluster.Inference.Inspection;

/// <summary>From a picture file to patches.</summary>
internal sealed class ImageReader(ModelManifest manifest, Func<bool?, IImageProcessor> processorFor, ImageLimits limits)
{
    private const int Channels = 3;

    /// <exception cref="InvalidImageException">The file is not usable.</exception>
    public InspectedImage Read(int index, ReadOnlyMemory<byte> file, InspectionRequest request)
    {
        var processed = processorFor(request.Split).Process(ImageCodecs.Default.Decode(file, limits), keepTilePixels: true);
        var grid = Grid(processed);
        return new InspectedImage(index, request.ShuffleSeed is { } seed ? Shuffle(processed, grid, seed) : processed, grid);
    }

    private static ProcessedImage Shuffle(ProcessedImage image, PatchGrid grid, ulong seed)
    {
        if (image.PixelMask is not null)
        {
            throw new InvalidTaskException("shuffle_seed: this model pads the picture, and padding has no place among patches; send a square one.");
        }

        var (values, size) = (new float[image.PixelValues.Length], Channels * image.Height * image.Width);
        var pixels = new List<DecodedImage>();
        for (var tile = 0; tile < image.Tiles; tile++)
        {
            var order = PatchShuffle.Permutation(grid.Patches, seed, tile);
            PatchShuffle.Move<float>(
                image.PixelValues.AsSpan(tile * size, size), Channels, image.Height, image.Width, grid.PatchHeight, grid.PatchWidth, order)
                .CopyTo(values, tile * size);

            // Interleaved pixels: one plane that is three times as wide.
            var source = image.TilePixels![tile];
            pixels.Add(source with
            {
                Pixels = PatchShuffle.Move<byte>(
                    source.Pixels, 1, source.Height, source.Width * Channels, grid.PatchHeight, grid.PatchWidth * Channels, order),
            });
        }

        return image with { PixelValues = values, TilePixels = pixels };
    }

    private PatchGrid Grid(ProcessedImage image)
    {
        var (height, width, classToken) = manifest.Encoder is { } encoder
            ? (encoder.PatchSize, encoder.PatchSize, encoder.ClassToken)
            : (manifest.Vision!.PatchHeight, manifest.Vision.PatchWidth, manifest.Vision.ClassToken);
        return new PatchGrid
        {
            Tiles = image.Tiles,
            TileRows = image.Rows,
            TileColumns = image.Columns,
            Rows = image.Height / height,
            Columns = image.Width / width,
            PatchHeight = height,
            PatchWidth = width,
            ClassToken = classToken,
        };
    }
}
