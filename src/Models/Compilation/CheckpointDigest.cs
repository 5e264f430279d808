using System.Security.Cryptography;
using System.Text;

namespace VisionCluster.Models.Compilation;

/// <summary>SHA-256 over what determines a compiled model.</summary>
internal static class CheckpointDigest
{
    /// <summary>Over files: names, lengths and contents.</summary>
    public static string OfFiles(IEnumerable<(string Name, string Path)> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, path) in files)
        {
            Append(hash, name, path);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Over strings, each with its length.</summary>
    public static string Combine(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.LongLength));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string name, string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{stream.Length}\0"));
        var buffer = new byte[1 << 20];
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            hash.AppendData(buffer.AsSpan(0, read));
        }
    }
}
