using System.Text.Json;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;
using VisionCluster.Inference.Devices;

namespace VisionCluster.Cli.Bench;

/// <summary>Sums ONNX Runtime's profiles (Chrome traces, one for each session) by graph and kind of operator.</summary>
internal static class OperatorProfile
{
    private const int MostFiles = 64;

    /// <summary>Adds rows, most time first, if the device wrote profiles. Sessions must be closed: that is when they write them.</summary>
    public static BenchReport AddTo(BenchReport report, DeviceOptions device)
    {
        if (device.ProfileFolder is not { } folder)
        {
            return report;
        }

        foreach (var graph in Directory.EnumerateFiles(folder, "*.json").Take(MostFiles).SelectMany(Read).GroupBy(node => node.Graph))
        {
            var total = graph.Sum(node => node.Microseconds);
            foreach (var kind in graph.GroupBy(node => node.Operator).OrderByDescending(kind => kind.Sum(node => node.Microseconds)))
            {
                var time = kind.Sum(node => node.Microseconds);
                report.Add(
                    ("graph", graph.Key),
                    ("operator", kind.Key),
                    ("calls", kind.Count()),
                    ("ms", BenchReport.Number(time / 1000)),
                    ("share", BenchReport.Number(time / total)));
            }
        }

        return report;
    }

    private static IEnumerable<Node> Read(string path)
    {
        // The name is the graph's, then a date: decoder_2026-01-31_….json.
        var graph = Path.GetFileName(path).Split("_20", 2)[0];
        using var document = Parse(path);
        foreach (var entry in document.RootElement.EnumerateArray())
        {
            if (entry.TryGetProperty("cat", out var category) && category.ValueEquals("Node")
                && entry.GetProperty("args").TryGetProperty("op_name", out var kind)
                && entry.GetProperty("name").GetString()!.EndsWith("_kernel_time", StringComparison.Ordinal))
            {
                yield return new Node(graph, kind.GetString()!, entry.GetProperty("dur").GetDouble());
            }
        }
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonDocument.Parse(stream);
        }
        catch (JsonException e)
        {
            throw new CliException($"{Path.GetFileName(path)} in the profile folder is not one of ONNX Runtime's profiles; name a folder of its own.", e);
        }
    }

    private readonly record struct Node(string Graph, string Operator, double Microseconds);
}
