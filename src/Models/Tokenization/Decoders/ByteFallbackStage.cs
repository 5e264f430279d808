using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary>
/// <c>ByteFallback</c>: a run of tokens like <c>&lt;0xE2&gt;</c> is UTF-8. If the run is not valid, each of its bytes becomes one U+FFFD;
/// an eager stage (streaming) has passed on the characters before the mistake by then, so only the bytes after them do.
/// </summary>
internal sealed class ByteFallbackStage(DecoderStage next, bool eager) : DecoderStage
{
    private readonly List<byte> _pending = [];
    private bool _isInRun;
    private bool _isBroken;
    private bool _isTokenOpen;

    public override void Push(ReadOnlySpan<char> text, bool starts, bool ends)
    {
        if (starts && ends && TryParse(text, out var value))
        {
            _isInRun = true;
            _pending.Add(value);
            if (eager)
                PassCharacters();
            return;
        }

        EndRun();
        next.Push(text, starts, ends);
    }

    public override void Flush()
    {
        EndRun();
        next.Flush();
    }

    private void EndRun()
    {
        if (!_isInRun)
            return;
        if (!eager && Utf8.IsValid(CollectionsMarshal.AsSpan(_pending)))
            PassCharacters();
        PassMistakes();
        _isInRun = _isBroken = false;
    }

    private void PassCharacters()
    {
        var bytes = CollectionsMarshal.AsSpan(_pending);
        Span<char> units = stackalloc char[2];
        var done = 0;
        while (!_isBroken && done < bytes.Length)
        {
            var status = Rune.DecodeFromUtf8(bytes[done..], out var rune, out var length);
            if (status == OperationStatus.NeedMoreData)
                break;
            _isBroken = status != OperationStatus.Done;
            if (_isBroken)
                break;
            next.Push(units[..rune.EncodeToUtf16(units)], !_isTokenOpen, false);
            _isTokenOpen = true;
            done += length;
        }

        _pending.RemoveRange(0, done);
        if (_isBroken)
            PassMistakes();
    }

    private void PassMistakes()
    {
        if (_isTokenOpen)
            next.Push([], false, true);
        _isTokenOpen = false;
        foreach (var _ in _pending)
            next.Push("\uFFFD", true, true);
        _pending.Clear();
    }

    /// <summary>Two hexadecimal digits; Rust's parser also takes a plus sign and one.</summary>
    private static bool TryParse(ReadOnlySpan<char> token, out byte value)
    {
        value = 0;
        if (token is not ['<', '0', 'x', var high, var low, '>'])
            return false;
        return byte.TryParse(high == '+' ? [low] : [high, low], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
