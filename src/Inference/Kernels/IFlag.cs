namespace VisionCluster.Inference.Kernels;

/// <summary>A condition that the compiler knows: kernels are compiled once for each value.</summary>
internal interface IFlag
{
    static abstract bool IsSet { get; }
}

internal readonly struct Yes : IFlag
{
    public static bool IsSet => true;
}

internal readonly struct No : IFlag
{
    public static bool IsSet => false;
}
