using System.Text;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Simulation;

/// <summary>Bytes, and four tokens of control.</summary>
internal static class SimulatedVocabulary
{
    public const int EndOfSequence = 256;
    public const int Image = 257;
    public const int TurnStart = 258;
    public const int TurnEnd = 259;
    public const int Size = 260;

    private const int WordLength = 6;
    private const int AnswerLength = 200;

    /// <summary>The likely token after a sequence of this digest: words of letters, and an end now and then.</summary>
    public static int Next(ulong digest) => digest % AnswerLength == 0 ? EndOfSequence
        : digest % WordLength == 0 ? ' ' : 'a' + (int)(digest / AnswerLength % 26);

    public static string Text(int tokenId) => tokenId < byte.MaxValue ? ((char)tokenId).ToString() : "";

    /// <summary>Bytes to text; control tokens are skipped.</summary>
    public sealed class TextStream : ITokenTextStream
    {
        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
        private readonly char[] _chars = new char[4];

        public string Append(int tokenId) =>
            tokenId > byte.MaxValue ? "" : new string(_chars, 0, _decoder.GetChars([(byte)tokenId], _chars, flush: false));

        public string Complete() => new(_chars, 0, _decoder.GetChars([], _chars, flush: true));
    }
}
