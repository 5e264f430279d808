using VisionCluster.Clustering;
using VisionCluster.Grains.Decoding;
using VisionCluster.Grains.Directory;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Silo;

/// <summary>Options of a worker.</summary>
public sealed class SiloOptions
{
    /// <summary>Name in the device directory; unique in the cluster. Default: the machine's name and the silo's port.</summary>
    public string Name { get; set; } = "";

    /// <summary>Port between silos; 0 = any free one. Default 0.</summary>
    public int SiloPort { get; set; }

    /// <summary>Port for gateways in other processes; 0 = any free one. Default 0.</summary>
    public int GatewayPort { get; set; }

    /// <summary>Local store only: silo port of the process to join on this machine; 0 = this is the first. Default 0.</summary>
    public int PrimarySiloPort { get; set; }

    /// <summary>How long a stopping silo lets running generations finish; what is left then goes on at another silo. Default 15 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Form of the decoders of models that <see cref="Models"/> does not name: auto, fp32, int8 or int4. Models that cannot take it keep
    /// their own. Default auto.
    /// </summary>
    public string Precision { get; set; } = ModelPrecision.Auto.Name();

    /// <summary>
    /// Folders that models may be loaded from at run time, beside those that ship with the program; nothing outside them is read on a
    /// caller's word. Default none.
    /// </summary>
    public List<string> ModelRoots { get; } = [];

    /// <summary>Loads that may wait while one is under way; more are refused. Default 8.</summary>
    public int MaxQueuedLoads { get; set; } = 8;

    /// <summary>
    /// How long a model that is being unloaded goes on taking work, so that gateways learn of it before it refuses. Default 1.5 s.
    /// </summary>
    public TimeSpan RetireGrace { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Models by name.</summary>
    public Dictionary<string, SiloModelOptions> Models { get; } = new(StringComparer.Ordinal);

    /// <summary>The cluster that it belongs to.</summary>
    public ClusteringOptions Cluster { get; } = new();

    /// <summary>Bounds of conversations.</summary>
    public DecoderOptions Decoder { get; } = new();

    /// <summary>Reports to the device directory.</summary>
    public DirectoryOptions Directory { get; } = new();

    /// <summary>Everything that is wrong, each with property and value.</summary>
    public IReadOnlyList<string> Errors() => [.. SiloOptionsValidator.Errors(this), .. Cluster.Errors()];

    /// <summary>What these options say about precision.</summary>
    /// <exception cref="FormatException">They are not valid.</exception>
    public PrecisionPlan ToPrecisionPlan() => new()
    {
        Others = Parse(Precision),
        Named = Models.ToDictionary(model => model.Key, model => Parse(model.Value.Precision), StringComparer.Ordinal),
    };

    private static ModelPrecision Parse(string text) =>
        ModelPrecisions.TryParse(text, out var precision) ? precision : throw new FormatException($"{text} is not a precision.");
}
