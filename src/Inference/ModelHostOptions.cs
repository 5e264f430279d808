using VisionCluster.Imaging;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Encoding;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Tasks;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Inference;

/// <summary>How a model runs on a device.</summary>
public sealed record ModelHostOptions
{
    public DeviceOptions Device { get; init; } = DeviceOptions.Cpu;

    /// <summary>The form of each model's decoder. Default: auto for all.</summary>
    public PrecisionPlan Precision { get; init; } = PrecisionPlan.Auto;

    /// <summary>What keys and values are kept in. Default: auto.</summary>
    public KvPrecision KvPrecision { get; init; }

    /// <summary>Whether vision encoders multiply 8-bit integers. Default false. See <see cref="ModelCompilerOptions.Int8Encoders"/>.</summary>
    public bool Int8Encoders { get; init; }

    /// <summary>
    /// Memory for the KV of running and idle sequences. Where memory is paid for by the page (main memory on Linux), this bounds the tokens
    /// that all slots hold together; elsewhere the number of slots. Default: a quarter of the machine's (of its container's).
    /// </summary>
    public long KvBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>
    /// Main memory for the KV of prompts whose slots have been given to others, for prompts that begin alike; 0: none. Default: a sixteenth of
    /// the machine's.
    /// </summary>
    public long PrefixCacheBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16;

    /// <summary>Most sequences in the pool; <see cref="KvBytes"/> may allow fewer. Default 64.</summary>
    public int MaxSlots { get; init; } = 64;

    /// <summary>Longest context of a session, in tokens; the model's own limit holds too. Default 8,192.</summary>
    public int MaxContextTokens { get; init; } = 8_192;

    /// <summary>Images that are decoded and resized at the same time. Default: the machine's cores.</summary>
    public int ImageWorkers { get; init; } = Environment.ProcessorCount;

    /// <summary>Images that may wait to be decoded; more are refused. Default 256.</summary>
    public int MaxWaitingImages { get; init; } = 256;

    public ImageLimits ImageLimits { get; init; } = ImageLimits.Default;

    public DecodeEngineOptions Decode { get; init; } = new();

    public EncoderBatcherOptions Encode { get; init; } = new();

    public TextEncoderOptions Texts { get; init; } = new();

    public InspectionOptions Inspection { get; init; } = new();

    /// <summary>How a model is compiled for this device.</summary>
    public ModelCompilerOptions Compilation(string model) => new()
    {
        Precision = Precision.Of(model),
        PrecisionRequired = Precision.IsRequired(model),
        Int8Encoders = Int8Encoders,
        Accelerator = Device.Kind == DeviceKind.Cuda,
    };
}
