using VisionCluster.Grains.Decoding;
using VisionCluster.Grains.Directory;

namespace VisionCluster.Silo;

/// <summary>Options of a worker.</summary>
public sealed class SiloOptions
{
    /// <summary>Name in the device directory; unique in the cluster. Default: the machine's name and the silo's port.</summary>
    public string Name { get; set; } = "";

    /// <summary>Default "visioncluster".</summary>
    public string ClusterId { get; set; } = "visioncluster";

    /// <summary>Port between silos; 0 = any free one. Default 0.</summary>
    public int SiloPort { get; set; }

    /// <summary>Port for gateways in other processes; 0 = any free one. Default 0.</summary>
    public int GatewayPort { get; set; }

    /// <summary>Silo port of the process to join on this machine; 0 = this is the first. Default 0.</summary>
    public int PrimarySiloPort { get; set; }

    /// <summary>How long a grain call may go unanswered; streams are polled within it. Default 15 s.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Time between two probes of another silo; two missed ones make it suspect. Default 1 s.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Largest grain message: a turn's embeddings together must fit. Default 256 MiB.</summary>
    public int MaxMessageBytes { get; set; } = 256 << 20;

    /// <summary>How long a stopping silo waits for running generations. Default 30 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bounds of conversations.</summary>
    public DecoderOptions Decoder { get; } = new();

    /// <summary>Reports to the device directory.</summary>
    public DirectoryOptions Directory { get; } = new();
}
