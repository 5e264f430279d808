namespace VisionCluster.Inference.Inspection;

/// <summary>A token of a prompt.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">Its text.</param>
/// <param name="IsAnswer">Whether the model wrote it.</param>
/// <param name="Place">For an image token, the patches that it stands for.</param>
public sealed record PromptPosition(int Id, string Text, bool IsAnswer, ImagePlace? Place);
