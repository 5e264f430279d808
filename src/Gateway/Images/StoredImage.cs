namespace VisionCluster.Gateway.Images;

/// <summary>A picture file kept for later, and what its key stands for.</summary>
internal sealed record StoredImage(ReadOnlyMemory<byte> File, string ModelRevision, bool? Split);
