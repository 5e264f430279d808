namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary><c>Replace</c> of a single character, which needs no whole tokens.</summary>
internal sealed class ReplaceUnitStage(DecoderStage next, char sought, string content) : DecoderStage
{
    public override void Push(ReadOnlySpan<char> text, bool starts, bool ends)
    {
        if (text.Contains(sought))
            next.Push(text.ToString().Replace(sought.ToString(), content, StringComparison.Ordinal), starts, ends);
        else
            next.Push(text, starts, ends);
    }

    public override void Flush() => next.Flush();
}
