using VisionCluster.Clustering;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Silo;

/// <summary>Reports every error at once.</summary>
internal static class SiloOptionsValidator
{
    public static IReadOnlyList<string> Errors(SiloOptions options)
    {
        var errors = new List<string>();
        foreach (var (property, port) in new[]
        {
            (nameof(options.SiloPort), options.SiloPort),
            (nameof(options.GatewayPort), options.GatewayPort),
            (nameof(options.PrimarySiloPort), options.PrimarySiloPort),
        })
        {
            Require(port is >= 0 and <= 65_535, $"SiloOptions.{property} must be 0 to 65535; it is {port}.");
        }

        Require(
            options.Directory.ReportInterval > TimeSpan.Zero,
            $"SiloOptions.Directory.ReportInterval must be above zero; it is {options.Directory.ReportInterval}.");
        Require(options.DrainTimeout >= TimeSpan.Zero, $"SiloOptions.DrainTimeout must not be negative; it is {options.DrainTimeout}.");
        Require(options.MaxQueuedLoads >= 0, $"SiloOptions.MaxQueuedLoads must be at least 0; it is {options.MaxQueuedLoads}.");
        Require(options.RetireGrace >= TimeSpan.Zero, $"SiloOptions.RetireGrace must not be negative; it is {options.RetireGrace}.");
        foreach (var root in options.ModelRoots)
            Require(Path.IsPathFullyQualified(root), $"SiloOptions.ModelRoots must hold absolute paths; one is '{root}'.");
        Require(
            options.Directory.SilenceLimit > options.Directory.ReportInterval,
            $"SiloOptions.Directory.SilenceLimit must be above ReportInterval; it is {options.Directory.SilenceLimit}.");
        foreach (var (property, precision) in options.Models.Select(model => ($"Models:{model.Key}.Precision", model.Value.Precision))
            .Prepend((nameof(options.Precision), options.Precision)))
        {
            Require(
                ModelPrecisions.TryParse(precision, out _),
                $"SiloOptions.{property} must be one of {ModelPrecisions.Choices}; it is {precision}.");
        }

        Require(
            !options.Decoder.UsesSharedStore || options.Cluster.Store == ClusterStore.Redis,
            $"SiloOptions.Decoder.StoredAnswerAge and StoredEmbeddingAge need Cluster.Store Redis; it is {options.Cluster.Store}.");
        errors.AddRange(options.Decoder.Errors().Select(e => "SiloOptions." + e));
        return errors;

        void Require(bool holds, string error)
        {
            if (!holds)
                errors.Add(error);
        }
    }
}
