using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Generation;

/// <summary>A request's pictures, ready for the decoder.</summary>
/// <param name="Keys">One for each image part, in order.</param>
/// <param name="Embeddings">One for each different key.</param>
/// <param name="Encoded">Image parts that cost an encoding.</param>
/// <param name="Cached">Image parts that did not.</param>
internal sealed record PreparedImages(string[] Keys, KeyedEmbedding[] Embeddings, int Encoded, int Cached);
