namespace VisionCluster.Imaging;

/// <summary>The picture cannot be used. The message is for the caller: what is wrong and what to change, without paths.</summary>
public sealed class InvalidImageException(string message, Exception? inner = null) : Exception(message, inner);
