using System.Text;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Fakes;

/// <summary>Byte tokens to text; special tokens are skipped.</summary>
internal sealed class ByteTextStream : ITokenTextStream
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly char[] _chars = new char[4];

    public string Append(int tokenId)
    {
        if (tokenId > byte.MaxValue)
            return "";
        var count = _decoder.GetChars([(byte)tokenId], _chars, flush: false);
        return new string(_chars, 0, count);
    }

    public string Complete() => new(_chars, 0, _decoder.GetChars([], _chars, flush: true));
}
