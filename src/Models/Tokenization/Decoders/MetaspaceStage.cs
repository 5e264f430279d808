namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary><c>Metaspace</c>: marks become spaces; in the first token they vanish if the pre-tokenizer puts one there.</summary>
internal sealed class MetaspaceStage(DecoderStage next, string mark, bool isPrepended) : DecoderStage
{
    private int _tokens;

    public override void Push(ReadOnlySpan<char> text, bool starts, bool ends)
    {
        if (starts)
            _tokens++;
        if (text.IndexOf(mark) < 0)
            next.Push(text, starts, ends);
        else
            next.Push(text.ToString().Replace(mark, _tokens == 1 && isPrepended ? "" : " ", StringComparison.Ordinal), starts, ends);
    }

    public override void Flush() => next.Flush();
}
