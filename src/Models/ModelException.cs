namespace VisionCluster.Models;

/// <summary>A checkpoint cannot be loaded or compiled. The message is one sentence that names the file, tensor or option.</summary>
public sealed class ModelException(string message, Exception? inner = null) : Exception(message, inner);
