namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary>The last step: collects the text.</summary>
internal sealed class TextSink : DecoderStage
{
    private char[] _text = new char[64];
    private int _length;

    public ReadOnlySpan<char> Text => _text.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public override void Push(ReadOnlySpan<char> text, bool starts, bool ends)
    {
        if (_length + text.Length > _text.Length)
            Array.Resize(ref _text, Math.Max(_length + text.Length, _text.Length * 2));
        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
    }

    public override void Flush()
    {
    }
}
