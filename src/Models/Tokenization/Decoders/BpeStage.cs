namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary><c>BPEDecoder</c>: the end-of-word suffix becomes a space, except in the last token.</summary>
internal sealed class BpeStage(DecoderStage next, string suffix) : WholeTokenStage(next)
{
    private string? _held; // from the first suffix on: until another token comes, this may be the last

    protected override void PushToken(string token, bool isFirst)
    {
        Release(" ");
        var start = token.IndexOf(suffix, StringComparison.Ordinal);
        Next.Push(start < 0 ? token : token.AsSpan(0, start), true, start < 0);
        _held = start < 0 ? null : token[start..];
    }

    protected override void End() => Release("");

    private void Release(string replacement)
    {
        if (_held is not null)
            Next.Push(_held.Replace(suffix, replacement, StringComparison.Ordinal), false, true);
        _held = null;
    }
}
