namespace VisionCluster.Models.Onnx;

/// <summary>
/// Walks one protobuf message field by field without copying it (encoding: https://protobuf.dev/programming-guides/encoding). Graphs with
/// weights inside are as large as the format allows; their tensors are stepped over.
/// </summary>
internal ref struct WireReader(string fileName, ReadOnlySpan<byte> data)
{
    private const int Fixed64Bytes = 8;
    private const int Fixed32Bytes = 4;

    private readonly ReadOnlySpan<byte> _data = data;
    private int _at;
    private int _wireType;

    public readonly string FileName => fileName;

    /// <summary>Moves to the next field; false at the end of the message.</summary>
    public bool Next(out int field)
    {
        field = 0;
        if (_at == _data.Length)
        {
            return false;
        }

        var tag = ReadVarint();
        (field, _wireType) = ((int)Math.Min(tag >> 3, int.MaxValue), (int)(tag & 7));
        return field > 0 ? true : throw Malformed();
    }

    /// <summary>The field as an integer.</summary>
    public long Int() => _wireType == 0 ? (long)ReadVarint() : throw Malformed();

    /// <summary>The field as bytes: a string, a message, or a packed list.</summary>
    public ReadOnlySpan<byte> Bytes() => _wireType == 2 ? Take(ReadVarint()) : throw Malformed();

    /// <summary>The field as a message.</summary>
    public WireReader Message() => new(fileName, Bytes());

    /// <summary>Adds the field, an integer or a packed list of them.</summary>
    public void Ints(List<long> values, int most)
    {
        if (_wireType == 0)
        {
            values.Add(Int());
        }
        else
        {
            var packed = Message();
            while (packed._at < packed._data.Length && values.Count <= most)
            {
                values.Add((long)packed.ReadVarint());
            }
        }

        _ = values.Count <= most ? 0 : throw Malformed();
    }

    /// <summary>Steps over the field.</summary>
    /// <returns>Its size in bytes.</returns>
    public int Skip()
    {
        var start = _at;
        switch (_wireType)
        {
            case 0:
                _ = ReadVarint();
                break;
            case 1:
                Take(Fixed64Bytes);
                break;
            case 2:
                return Bytes().Length;
            case 5:
                Take(Fixed32Bytes);
                break;
            default:
                throw Malformed();
        }

        return _at - start;
    }

    public readonly ModelException Malformed() => new($"{fileName} is not a well-formed ONNX graph.");

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(_data.Length - _at))
        {
            throw Malformed();
        }

        var taken = _data.Slice(_at, (int)length);
        _at += (int)length;
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_at == _data.Length)
            {
                throw Malformed();
            }

            var next = _data[_at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }
}
