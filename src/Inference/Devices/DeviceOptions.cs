using System.Globalization;

namespace VisionCluster.Inference.Devices;

public enum DeviceKind
{
    Cpu,
    Cuda,
}

/// <summary>A device that runs compiled models: <c>cpu:0</c> with its threads, or <c>cuda:N</c>.</summary>
public sealed record DeviceOptions
{
    public static DeviceOptions Cpu { get; } = new();

    public DeviceKind Kind { get; init; } = DeviceKind.Cpu;

    /// <summary>Default 0.</summary>
    public int Index { get; init; }

    /// <summary>Threads of one graph run on a CPU device. Default: the machine's cores (one more is twice as slow).</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Folder that gets ONNX Runtime's profile of every graph, written when its session is closed. Default: none.</summary>
    public string? ProfileFolder { get; init; }

    /// <summary>Such as <c>cpu:0</c>.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{(Kind == DeviceKind.Cpu ? "cpu" : "cuda")}:{Index}");

    /// <summary>Reads <c>cpu</c>, <c>cpu:N</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public static bool TryParse(string text, out DeviceOptions device)
    {
        device = Cpu;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var kind = colon < 0 ? text : text[..colon];
        var index = 0;
        if (colon >= 0 && !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out index))
        {
            return false;
        }

        device = new DeviceOptions { Kind = kind == "cuda" ? DeviceKind.Cuda : DeviceKind.Cpu, Index = index };
        return kind is "cpu" or "cuda";
    }
}
