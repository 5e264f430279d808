using VisionCluster.Models.Compilation;
using VisionCluster.Models.Processing;

namespace VisionCluster.Inference.Encoding;

/// <summary>A checkpoint's image processor as configured, and with splitting on or off where a request says so. Thread-safe.</summary>
internal sealed class ProcessorChoice
{
    private readonly Lazy<IImageProcessor> _split;
    private readonly Lazy<IImageProcessor> _whole;

    /// <exception cref="Models.ModelException">The processor's configuration cannot be honoured.</exception>
    public ProcessorChoice(CompiledModel model)
    {
        Standard = ImageProcessors.Load(model.CheckpointFolder, model.Manifest.Family);
        (_split, _whole) = (Variant(true), Variant(false));

        Lazy<IImageProcessor> Variant(bool split) => new(() => ImageProcessors.Load(
            model.CheckpointFolder, model.Manifest.Family, new ImageProcessorOverrides { DoImageSplitting = split }));
    }

    public IImageProcessor Standard { get; }

    public IImageProcessor For(bool? split) => split switch
    {
        null => Standard,
        true => _split.Value,
        false => _whole.Value,
    };
}
