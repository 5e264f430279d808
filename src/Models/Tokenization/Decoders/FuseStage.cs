namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary><c>Fuse</c>: all tokens are one.</summary>
internal sealed class FuseStage(DecoderStage next) : DecoderStage
{
    private bool _started;

    public override void Push(ReadOnlySpan<char> text, bool starts, bool ends)
    {
        next.Push(text, !_started, false);
        _started = true;
    }

    public override void Flush() => next.Flush();
}
