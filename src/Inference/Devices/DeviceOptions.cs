using System.Globalization;

namespace VisionCluster.Inference.Devices;

public enum DeviceKind
{
    Cpu,
    Cuda,

    /// <summary>Computes nothing: it answers by a digest, and takes the time that a cost model says.</summary>
    Simulated,
}

/// <summary>
/// A device that runs compiled models: <c>cpu:0</c> with its threads, or <c>cuda:N</c>. Or several that run none: <c>simulated:0..7</c>.
/// </summary>
public sealed record DeviceOptions
{
    private const int MaxSimulated = 1_024;

    public static DeviceOptions Cpu { get; } = new();

    public DeviceKind Kind { get; init; } = DeviceKind.Cpu;

    /// <summary>Default 0.</summary>
    public int Index { get; init; }

    /// <summary>Threads of one graph run on a CPU device. Default: the machine's cores (one more is twice as slow).</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Folder that gets ONNX Runtime's profile of every graph, written when its session is closed. Default: none.</summary>
    public string? ProfileFolder { get; init; }

    /// <summary>Whether a GPU replays decode steps as CUDA graphs. Default false: it has not been run on a GPU yet (docs/gpu.md).</summary>
    public bool CudaGraphs { get; init; }

    /// <summary>Devices from <see cref="Index"/> on; more than one only where they are simulated. Default 1.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Such as <c>cpu:0</c> or <c>simulated:0..7</c>.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Kind.ToString().ToLowerInvariant()}:{Index}")
        + (Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"..{Index + Count - 1}"));

    /// <summary>Reads <c>cpu</c>, <c>cpu:N</c>, <c>cuda</c>, <c>cuda:N</c>, <c>simulated:N</c> or <c>simulated:N..M</c>.</summary>
    public static bool TryParse(string text, out DeviceOptions device)
    {
        device = Cpu;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        DeviceKind? kind = (colon < 0 ? text : text[..colon]) switch
        {
            "cpu" => DeviceKind.Cpu,
            "cuda" => DeviceKind.Cuda,
            "simulated" when colon > 0 => DeviceKind.Simulated,
            _ => null,
        };
        var index = 0;
        var last = colon < 0 ? -1 : text.IndexOf("..", colon, StringComparison.Ordinal);
        if (kind is null || (colon >= 0 && !TryParseIndex(text.AsSpan()[(colon + 1)..(last < 0 ? text.Length : last)], out index)))
        {
            return false;
        }

        var end = index;
        if (last >= 0 && (kind != DeviceKind.Simulated || !TryParseIndex(text.AsSpan(last + 2), out end) || end < index || end - index >= MaxSimulated))
        {
            return false;
        }

        device = new DeviceOptions { Kind = kind.Value, Index = index, Count = end - index + 1 };
        return true;
    }

    private static bool TryParseIndex(ReadOnlySpan<char> text, out int index) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index);
}
