namespace VisionCluster.Inference.Tasks;

/// <summary>The model cannot do what was asked; the message is for the caller and says what to change.</summary>
public sealed class InvalidTaskException(string message) : Exception(message);
