using Grpc.Core;
using VisionCluster.Gateway.Errors;

namespace VisionCluster.Gateway.Embeddings;

/// <summary>Every copy of a picture is gone.</summary>
internal sealed class ImageGoneException(string path, string key) : RequestException(
    StatusCode.FailedPrecondition, $"{path}: the image '{key}' is no longer here; send the picture again (in a new session).")
{
    public string Key { get; } = key;
}
