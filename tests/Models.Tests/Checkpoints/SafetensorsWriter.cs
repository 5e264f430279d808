using System.Buffers.Binary;
using System.Text;

namespace VisionCluster.Models.Tests.Checkpoints;

/// <summary>Writes safetensors files, well-formed or not: the header is any text.</summary>
internal static class SafetensorsWriter
{
    public static string Write(string folder, string header, int dataBytes, ulong? headerLength = null, string name = "model.safetensors")
    {
        var json = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(file, headerLength ?? (ulong)json.Length);
        json.CopyTo(file, 8);
        for (var i = 0; i < dataBytes; i++)
        {
            file[8 + json.Length + i] = (byte)i;
        }

        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, file);
        return path;
    }
}
