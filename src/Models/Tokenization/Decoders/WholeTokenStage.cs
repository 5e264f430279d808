using System.Text;

namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary>A step that needs whole tokens; fragments wait for the rest of their token.</summary>
internal abstract class WholeTokenStage(DecoderStage next) : DecoderStage
{
    private readonly StringBuilder _fragments = new();
    private bool _isOpen;
    private int _count;

    protected DecoderStage Next => next;

    public sealed override void Push(ReadOnlySpan<char> text, bool starts, bool ends)
    {
        if (starts)
            Close();
        if (starts && ends)
        {
            PushToken(text.ToString(), _count++ == 0);
            return;
        }

        _fragments.Append(text);
        _isOpen = !ends;
        if (ends)
            Release();
    }

    public sealed override void Flush()
    {
        Close();
        End();
        next.Flush();
    }

    protected abstract void PushToken(string token, bool isFirst);

    protected virtual void End()
    {
    }

    private void Close()
    {
        if (_isOpen)
            Release();
        _isOpen = false;
    }

    private void Release()
    {
        var token = _fragments.ToString();
        _fragments.Clear();
        PushToken(token, _count++ == 0);
    }
}
