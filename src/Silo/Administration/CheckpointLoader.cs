using VisionCluster.Inference;
using VisionCluster.Inference.Devices;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Silo.Administration;

/// <summary>From a checkpoint to a model on the device.</summary>
public sealed class CheckpointLoader(ModelHostOptions hosting)
{
    /// <param name="checkpoint">Folder or file.</param>
    /// <param name="name">What clients call it; empty: as the checkpoint is called.</param>
    /// <param name="precision">fp32, int8, int4 or auto; empty: as the options say.</param>
    /// <param name="progress">What is being done.</param>
    /// <exception cref="ModelException">The checkpoint cannot be honoured, or not in that form.</exception>
    public PreparedModel Prepare(string checkpoint, string name, string precision, IProgress<string> progress)
    {
        if (hosting.Device.Kind == DeviceKind.Simulated)
            throw new ModelException($"{ModelCompiler.NameOf(checkpoint)} is a real model, and {hosting.Device.Id} is simulated; name a simulated model.");
        name = name.Length == 0 ? ModelCompiler.NameOf(checkpoint) : name;
        var options = hosting with { Precision = Plan(name, precision) };
        var compiled = new ModelCompiler(options.Compilation(name)).Compile(checkpoint, name, progress);
        if (options.Precision.IsRequired(name) && options.Precision.Of(name) is not ModelPrecision.Auto and var wanted
            && compiled.Manifest.Precision != wanted.Name())
        {
            throw new ModelException($"{name} is {compiled.Manifest.Precision}, in which it was imported or exported; it cannot be served in {wanted.Name()}.");
        }

        return new PreparedModel(
            compiled.Name,
            compiled.Manifest.Revision,
            options.Device.Id,
            compiled.Manifest.Files.Values.Sum(),
            () =>
            {
                progress.Report($"Loading {compiled.Name} on {options.Device.Id}");
                return ModelHost.Load(compiled, options);
            });
    }

    private PrecisionPlan Plan(string name, string precision)
    {
        if (precision.Length == 0)
            return hosting.Precision;
        if (!ModelPrecisions.TryParse(precision, out var form))
            throw new ModelException($"{precision} is not a precision; write one of {ModelPrecisions.Choices}.");
        return hosting.Precision with { Named = new Dictionary<string, ModelPrecision>(hosting.Precision.Named) { [name] = form } };
    }
}
