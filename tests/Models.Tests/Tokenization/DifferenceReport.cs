using System.Text.Json;

namespace VisionCluster.Models.Tests.Tokenization;

/// <summary>Collects differences of many cases, naming folder, case and the first place that differs.</summary>
internal sealed class DifferenceReport(string folder)
{
    private const int MostShown = 12;

    private readonly List<string> _lines = [];

    public void Compare(string label, string what, string? expected, string actual) =>
        Compare(label, what, expected?.ToCharArray(), actual.ToCharArray());

    /// <summary>Compares two lists; an expectation that the fixture does not have is skipped.</summary>
    public void Compare<T>(string label, string what, T[]? expected, T[] actual)
    {
        if (expected is null || expected.SequenceEqual(actual))
            return;
        var at = expected.Zip(actual).TakeWhile(pair => Equals(pair.First, pair.Second)).Count();
        _lines.Add($"{folder} / {label} / {what}: differs at {at}: expected {Show(expected, at)}, got {Show(actual, at)}");
    }

    public void AssertEmpty() =>
        Assert.True(_lines.Count == 0, $"{_lines.Count} differences in {folder}:\n{string.Join('\n', _lines.Take(MostShown))}");

    private static string Show<T>(T[] values, int at) => JsonSerializer.Serialize(values.Skip(Math.Max(0, at - 2)).Take(8));
}
