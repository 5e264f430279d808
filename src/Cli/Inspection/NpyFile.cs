using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace VisionCluster.Cli.Inspection;

/// <summary>Writes float32 tensors in NumPy's format, version 1.0.</summary>
internal static class NpyFile
{
    private const int Alignment = 64;

    public static void Write(string path, int[] shape, float[] values)
    {
        var sizes = string.Concat(shape.Select(size => size.ToString(CultureInfo.InvariantCulture) + ", "));
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({sizes}), }}";
        var length = (((10 + header.Length + 1) + Alignment - 1) / Alignment * Alignment) - 10;
        using var file = File.Create(path);
        file.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)length, (byte)(length >> 8)]);
        file.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
        file.Write(MemoryMarshal.AsBytes<float>(values));
    }
}
