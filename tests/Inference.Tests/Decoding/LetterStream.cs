using VisionCluster.Models.Tokenization;

namespace VisionCluster.Inference.Tests.Decoding;

/// <summary>Token 0 is "a", 1 is "b" and so on, from strings made once.</summary>
internal sealed class LetterStream(string end = "") : ITokenTextStream
{
    private static readonly string[] Letters = [.. Enumerable.Range(0, 64).Select(id => ((char)('a' + id)).ToString())];

    public static string Text(IEnumerable<int> ids) => string.Concat(ids.Select(id => Letters[id]));

    public string Append(int tokenId) => Letters[tokenId];

    public string Complete() => end;
}
