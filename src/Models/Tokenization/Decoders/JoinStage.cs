namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary>What the library does without a decoder: tokens with spaces between them.</summary>
internal sealed class JoinStage(DecoderStage next) : DecoderStage
{
    private bool _started;

    public override void Push(ReadOnlySpan<char> text, bool starts, bool ends)
    {
        if (_started && starts)
            next.Push(" ", true, true);
        _started = true;
        next.Push(text, starts, ends);
    }

    public override void Flush() => next.Flush();
}
