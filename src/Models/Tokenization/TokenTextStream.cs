using VisionCluster.Models.Tokenization.Decoders;

namespace VisionCluster.Models.Tokenization;

/// <summary>The decoder at work on one generation. It reuses the tokenizer's strings for tokens that were seen before.</summary>
internal sealed class TokenTextStream : ITokenTextStream
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly TextSink _sink = new();
    private readonly DecoderStage _chain;

    public TokenTextStream(Tokenizer tokenizer, TokenDecoder decoder, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
        _chain = decoder.CreateChain(_sink, eager: true);
    }

    public string Append(int tokenId)
    {
        if (_tokenizer.DecoderTextOf(tokenId, _skipSpecialTokens) is not { } text)
            return "";
        _sink.Clear();
        _chain.Push(text, true, true);
        return _tokenizer.SharePiece(tokenId, _sink.Text);
    }

    public string Complete()
    {
        _sink.Clear();
        _chain.Flush();
        return _sink.Text.ToString();
    }
}
