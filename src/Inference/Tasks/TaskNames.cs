namespace VisionCluster.Inference.Tasks;

/// <summary>What a model can be asked for, as clients read it.</summary>
public static class TaskNames
{
    public const string Generate = "generate";
    public const string Classify = "classify";
    public const string Embed = "embed";
    public const string Similarity = "similarity";
    public const string Inspect = "inspect";
}
