using System.Security.Cryptography;
using System.Text;
using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Compilation;

/// <summary>SHA-256 over what determines a compiled model.</summary>
internal static class CheckpointDigest
{
    /// <summary>Over <c>config.json</c> and every weight file, names and lengths included.</summary>
    public static string Compute(string folder) => Compute(folder, CheckpointWeights.ShardNames(folder).Prepend("config.json"));

    /// <summary>Over files of a folder, names and lengths included.</summary>
    public static string Compute(string folder, IEnumerable<string> names)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in names)
        {
            Append(hash, folder, name);
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

    private static void Append(IncrementalHash hash, string folder, string name)
    {
        using var stream = new FileStream(Path.Combine(folder, name), FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{stream.Length}\0"));
        var buffer = new byte[1 << 20];
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            hash.AppendData(buffer.AsSpan(0, read));
        }
    }
}
