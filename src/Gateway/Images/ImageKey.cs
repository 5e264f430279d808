using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Images;

/// <summary>
/// Names a picture as one model sees it: SHA-256 over everything that shapes its embedding, and over the tenant, each field preceded by
/// its length so that no two lists of fields share a digest.
/// </summary>
internal static class ImageKey
{
    private const int HexChars = 64;

    public static string Compute(string salt, string tenant, ServedModel model, bool? split, ReadOnlySpan<byte> file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Encoding.UTF8.GetBytes(salt));
        Append(hash, Encoding.UTF8.GetBytes(tenant));
        Append(hash, Encoding.UTF8.GetBytes(model.Revision));
        Append(hash, Encoding.UTF8.GetBytes(model.ProcessorDigest));
        Append(hash, split is { } s ? [s ? (byte)1 : (byte)0] : []);
        Append(hash, file);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static bool IsWellFormed(string key) => key.Length == HexChars && key.All(char.IsAsciiHexDigitLower);

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> field)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, field.Length);
        hash.AppendData(length);
        hash.AppendData(field);
    }
}
