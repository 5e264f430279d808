using System.Security.Cryptography;
using System.Text;
using VisionCluster.Cli.Commands;

namespace VisionCluster.Cli.Batch;

/// <summary>Reads requests, one JSON object on each line; empty lines are left out.</summary>
internal static class BatchInput
{
    private const int DigestChars = 24;

    public static IEnumerable<BatchLine> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new CliException($"There is no input file {path}.");
        }

        var (number, seen) = (0, new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var text in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..DigestChars];
            var before = seen[digest] = seen.GetValueOrDefault(digest) + 1;
            yield return new BatchLine(number, text, before == 1 ? $"batch_req_{digest}" : $"batch_req_{digest}_{before}");
        }
    }
}
