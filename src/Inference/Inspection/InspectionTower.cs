namespace VisionCluster.Inference.Inspection;

/// <summary>Which tower embeddings, hidden states and attention mean.</summary>
public enum InspectionTower
{
    /// <summary>Vision when there are images, else text.</summary>
    Default,

    Vision,
    Text,
}
