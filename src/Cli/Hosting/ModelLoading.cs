using VisionCluster.Inference;
using VisionCluster.Silo;
using VisionCluster.Silo.Administration;
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
        hosting = Configured(hosting, silo);
        return Task.Run(() => Load(checkpoints, hosting, progress, cancellationToken), cancellationToken);
    }

    /// <summary>With what the configuration says about precision, where the command line says nothing.</summary>
    public static ModelHostOptions Configured(ModelHostOptions hosting, SiloOptions silo) =>
        hosting with { Precision = hosting.Precision.OrElse(silo.ToPrecisionPlan()) };

    private static List<IModelHost> Load(
        IReadOnlyList<string> checkpoints, ModelHostOptions hosting, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var loader = new CheckpointLoader(hosting);
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

            models.Add(loader.Prepare(checkpoint, name: "", precision: "", progress).Load());
        }

        return models;
    }
}
