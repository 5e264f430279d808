namespace VisionCluster.Gateway.Routing;

/// <summary>What a model can be asked for, as silos report it.</summary>
internal static class ModelTask
{
    public const string Generate = "generate";
    public const string Classify = "classify";
    public const string Embed = "embed";
    public const string Similarity = "similarity";
    public const string Inspect = "inspect";
}
