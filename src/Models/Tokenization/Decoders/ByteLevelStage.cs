using System.Text;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary>
/// <c>ByteLevel</c>: characters of GPT-2's alphabet back to bytes, bytes to text. All tokens become one. A token with any other character
/// in it (an added one) counts as its own UTF-8.
/// </summary>
internal sealed class ByteLevelStage(DecoderStage next) : DecoderStage
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private byte[] _bytes = new byte[64];
    private char[] _units = new char[68];
    private bool _started;

    public override void Push(ReadOnlySpan<char> text, bool starts, bool ends)
    {
        if (text.Length * 3 > _bytes.Length)
        {
            _bytes = new byte[text.Length * 3];
            _units = new char[_bytes.Length + 4];
        }

        var count = 0;
        foreach (var unit in text)
        {
            var value = ByteAlphabet.ByteOf(unit);
            if (value < 0)
            {
                count = Encoding.UTF8.GetBytes(text, _bytes);
                break;
            }

            _bytes[count++] = (byte)value;
        }

        Decode(_bytes.AsSpan(0, count), flush: false);
    }

    public override void Flush()
    {
        Decode([], flush: true);
        next.Flush();
    }

    private void Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var count = _decoder.GetChars(bytes, _units, flush);
        next.Push(_units.AsSpan(0, count), !_started, false);
        _started = true;
    }
}
