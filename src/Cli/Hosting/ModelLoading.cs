using VisionCluster.Inference;
using VisionCluster.Inference.Devices;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Quantization;
using VisionCluster.Silo;
using VisionCluster.Simulation;

namespace VisionCluster.Cli.Hosting;

/// <summary>From checkpoints on the command line to models on the device.</summary>
internal static class ModelLoading
{
    /// <param name="checkpoints">Folders and files.</param>
    /// <param name="hosting">How models run.</param>
    /// <param name="silo">What the configuration says about precision, where the command line says nothing.</param>
    /// <param name="progress">What is being done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<List<IModelHost>> LoadAsync(
        IReadOnlyList<string> checkpoints,
        ModelHostOptions hosting,
        SiloOptions silo,
        IProgress<string> progress,
        CancellationToken cancellationToken)
    {
        hosting = hosting with { Precision = hosting.Precision.OrElse(silo.ToPrecisionPlan()) };
        return Task.Run(() => Load(checkpoints, hosting, progress, cancellationToken), cancellationToken);
    }

    private static List<IModelHost> Load(
        IReadOnlyList<string> checkpoints, ModelHostOptions hosting, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var models = new List<IModelHost>();
        foreach (var checkpoint in checkpoints)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (SimulatedModel.IsName(checkpoint))
            {
                progress.Report($"Simulating {SimulatedModel.Load(checkpoint).Name} on {hosting.Device.Id}");
                models.AddRange(SimulatedModelHost.Open(SimulatedModel.Load(checkpoint), hosting));
                continue;
            }

            if (hosting.Device.Kind == DeviceKind.Simulated)
            {
                throw new ModelException(
                    $"{ModelCompiler.NameOf(checkpoint)} is a real model, and {hosting.Device.Id} is simulated; name a simulated model, such as {EmbeddedModels.Simulated}.");
            }

            var (name, plan) = (ModelCompiler.NameOf(checkpoint), hosting.Precision);
            var compiled = new ModelCompiler(hosting.Compilation(name)).Compile(checkpoint, progress: progress);
            if (plan.IsRequired(name) && plan.Of(name) is not ModelPrecision.Auto and var wanted && compiled.Manifest.Precision != wanted.Name())
            {
                throw new ModelException($"{name} is {compiled.Manifest.Precision}, in which it was imported or exported; it cannot be served in {wanted.Name()}.");
            }

            progress.Report($"Loading {compiled.Name} on {hosting.Device.Id}");
            models.Add(ModelHost.Load(compiled, hosting));
        }

        return models;
    }
}
