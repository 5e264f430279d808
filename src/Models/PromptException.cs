namespace VisionCluster.Models;

/// <summary>A request's messages cannot become a prompt for this model; the message says what to change.</summary>
public sealed class PromptException(string message, Exception? inner = null) : Exception(message, inner);
