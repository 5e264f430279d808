using VisionCluster.Models.Tokenization;

namespace VisionCluster.Inference.Tests.Exports;

/// <summary>Tokens without text.</summary>
internal sealed class SilentStream : ITokenTextStream
{
    public string Append(int tokenId) => "";

    public string Complete() => "";
}
