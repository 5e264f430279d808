namespace VisionCluster.Models.Quantization;

/// <summary>How a matrix is stored in blocks along its rows.</summary>
/// <param name="Bits">Bits of an integer: 4 or 8.</param>
/// <param name="BlockSize">Weights that share a scale: a power of two from 16 on.</param>
/// <param name="HasOffsets">Whether blocks have an offset besides their scale.</param>
public sealed record BlockFormat(int Bits, int BlockSize, bool HasOffsets)
{
    /// <summary>What an integer's middle is: the zero point that <c>MatMulNBits</c> assumes when it is given none.</summary>
    public int ZeroPoint => 1 << (Bits - 1);

    /// <summary>Blocks of a row; the last may be shorter.</summary>
    public int BlocksOf(int columns) => (columns + BlockSize - 1) / BlockSize;

    public int BlockBytes => BlockSize * Bits / 8;
}
