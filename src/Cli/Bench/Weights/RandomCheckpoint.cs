using System.Text.Json;
using System.Text.Json.Nodes;
using VisionCluster.Cli.Commands;
using VisionCluster.Cli.Hosting;

namespace VisionCluster.Cli.Bench.Weights;

/// <summary>
/// Writes a checkpoint folder with random weights (bfloat16): norms' scales are 1, biases 0, all else uniform with the deviation that
/// models are initialised with. The same shape and seed give the same bytes.
/// </summary>
internal static class RandomCheckpoint
{
    private const float Deviation = 0.02f;
    private const int ChunkValues = 1 << 20;
    private const ushort One = 0x3F80;

    private static readonly string[] TextFiles =
        ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.json", "chat_template.jinja", "generation_config.json"];

    public static void Write(CheckpointShape shape, string folder, uint seed)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new CliException($"{folder} is not empty; weights need a new or empty folder.");
        }

        Directory.CreateDirectory(folder);
        WriteTensors(shape.Tensors, Path.Combine(folder, "model.safetensors"), seed);
        if (shape.Processor is not null)
        {
            File.WriteAllText(Path.Combine(folder, "preprocessor_config.json"), shape.Processor.ToJsonString());
        }

        foreach (var name in shape.TextFiles is null ? [] : TextFiles)
        {
            if (Path.Combine(EmbeddedModels.Root, shape.TextFiles!, name) is var file && File.Exists(file))
            {
                // Without the source's attributes: it may be read-only.
                File.WriteAllBytes(Path.Combine(folder, name), File.ReadAllBytes(file));
            }
        }

        // Last: a folder without it is no checkpoint.
        File.WriteAllText(Path.Combine(folder, "config.json"), shape.Config.ToJsonString());
    }

    private static void WriteTensors(IReadOnlyList<(string Name, long[] Shape)> tensors, string path, uint seed)
    {
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
        var header = JsonSerializer.SerializeToUtf8Bytes(Header(tensors));
        stream.Write(BitConverter.GetBytes((ulong)header.Length));
        stream.Write(header);
        var (buffer, state) = (new ushort[ChunkValues], (ulong)seed + 1);
        foreach (var (name, shape) in tensors)
        {
            var constant = Constant(name);
            for (var left = Count(shape); left > 0; left -= ChunkValues)
            {
                var chunk = buffer.AsSpan(0, (int)Math.Min(left, ChunkValues));
                if (constant is { } value)
                {
                    chunk.Fill(value);
                }
                else
                {
                    Fill(chunk, ref state);
                }

                stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(chunk));
            }
        }
    }

    private static JsonObject Header(IReadOnlyList<(string Name, long[] Shape)> tensors)
    {
        var (header, at) = (new JsonObject(), 0L);
        foreach (var (name, shape) in tensors)
        {
            var end = at + (Count(shape) * sizeof(ushort));
            header[name] = new JsonObject
            {
                ["dtype"] = "BF16",
                ["shape"] = new JsonArray([.. shape.Select(side => (JsonNode)side)]),
                ["data_offsets"] = new JsonArray(at, end),
            };
            at = end;
        }

        return header;
    }

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, side) => product * side);

    /// <summary>Norms' scales and biases; null for what is random.</summary>
    private static ushort? Constant(string name) =>
        name.EndsWith(".bias", StringComparison.Ordinal) || name.EndsWith("_bias", StringComparison.Ordinal) ? (ushort)0
        : name.EndsWith("norm.weight", StringComparison.Ordinal) || name.Contains("norm_", StringComparison.Ordinal)
            || name.EndsWith("norm1.weight", StringComparison.Ordinal) || name.EndsWith("norm2.weight", StringComparison.Ordinal)
            || name.EndsWith("_before.weight", StringComparison.Ordinal) || name.EndsWith("_after.weight", StringComparison.Ordinal) ? One
        : null;

    /// <summary>Xorshift64* (Vigna, 2016): a generator of the library would take longer than the disk.</summary>
    private static void Fill(Span<ushort> values, ref ulong state)
    {
        var range = Deviation * MathF.Sqrt(12);
        for (var i = 0; i < values.Length; i++)
        {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            var unit = ((state * 2685821657736338717) >> 40) / (float)(1 << 24);
            values[i] = (ushort)(BitConverter.SingleToUInt32Bits((unit - 0.5f) * range) >> 16);
        }
    }
}
