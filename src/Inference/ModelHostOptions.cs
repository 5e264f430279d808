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

    /// <summary>What keys and values are kept in. Default fp32.</summary>
    public KvPrecision KvPrecision { get; init; }

    /// <summary>Memory for key-value slots, reserved but touched only as it fills. Default: a quarter of the machine's (of its container's).</summary>
    public long KvBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

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
        Accelerator = Device.Kind == DeviceKind.Cuda,
    };

    /// <summary>Slots of <paramref name="bytesPerToken"/> × <paramref name="capacity"/> that the budget allows: at least one.</summary>
    public int Slots(long bytesPerToken, int capacity) => (int)Math.Clamp(KvBytes / Math.Max(1, bytesPerToken * capacity), 1, Math.Max(1, MaxSlots));
}
