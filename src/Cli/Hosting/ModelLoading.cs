using VisionCluster.Inference;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Cli.Hosting;

/// <summary>From checkpoints on the command line to models on the device.</summary>
internal static class ModelLoading
{
    public static Task<List<IModelHost>> LoadAsync(
        IReadOnlyList<string> checkpoints, ModelHostOptions hosting, IProgress<string> progress, CancellationToken cancellationToken) =>
        Task.Run(() => Load(checkpoints, hosting, progress, cancellationToken), cancellationToken);

    private static List<IModelHost> Load(
        IReadOnlyList<string> checkpoints, ModelHostOptions hosting, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var compiler = new ModelCompiler(new ModelCompilerOptions());
        var models = new List<IModelHost>();
        foreach (var checkpoint in checkpoints)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var compiled = compiler.Compile(checkpoint, progress: progress);
            progress.Report($"Loading {compiled.Name} on {hosting.Device.Id}");
            models.Add(ModelHost.Load(compiled, hosting));
        }

        return models;
    }
}
