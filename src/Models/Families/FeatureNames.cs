namespace VisionCluster.Models.Families;

/// <summary>What the spans of a feature vector are called, in every family.</summary>
public static class FeatureNames
{
    /// <summary>The first token of the last hidden state.</summary>
    public const string Cls = "cls";

    /// <summary>Mean over the last hidden state: patches without the class token, real text tokens.</summary>
    public const string Mean = "mean";

    /// <summary>
    /// What the family calls pooled: ViT's and BERT's tanh layer, CLIP's normed class or end-of-text token, SigLIP's attention pool.
    /// </summary>
    public const string Pooled = "pooled";

    /// <summary>The projection into the space that images and texts share, of length 1.</summary>
    public const string Embeds = "embeds";

    /// <summary>One logit for each label.</summary>
    public const string Logits = "logits";
}
