namespace VisionCluster.Models.Families;

/// <summary>What a graph's key-value cache holds.</summary>
internal enum CacheForm
{
    Float,
    Half,
    EightBit,
}
