using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Embeddings;

/// <summary>An embedding, and what its key stands for.</summary>
internal sealed record CachedEmbedding(EmbeddingData Data, string ModelRevision, bool? Split);
