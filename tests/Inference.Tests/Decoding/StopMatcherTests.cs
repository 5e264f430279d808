using System.Text;
using FsCheck.Xunit;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class StopMatcherTests
{
    [Fact]
    public void Append_NoStopStrings_ReturnsThePieceItself()
    {
        var piece = new string('x', 3);

        Assert.Same(piece, new StopMatcher([]).Append(piece));
        Assert.Same(piece, new StopMatcher(["stop"]).Append(piece));
    }

    [Fact]
    public void Append_AcrossPieces_HoldsBackThenCuts()
    {
        var matcher = new StopMatcher(["</s>"]);

        // "<" and "/" are held; the next "<" proves that they were text.
        Assert.Equal(["Hi", "", "</", "</b", ""], new[] { "Hi<", "/", "<", "/b<", "/s>tail" }.Select(matcher.Append));
        Assert.Equal("</s>", matcher.Found);
        Assert.Equal("", matcher.Flush());
    }

    [Theory]
    [InlineData("abc", "b", "xabcx", "xa", "b")] // the one that ends first
    [InlineData("b", "ab", "xab", "x", "ab")] // of two that end together the longer
    [InlineData("aab", "z", "aaab", "a", "aab")]
    public void Append_SeveralStopStrings_TheFirstToEndWins(string first, string second, string text, string expected, string found)
    {
        var matcher = new StopMatcher([first, second]);

        Assert.Equal(expected, matcher.Append(text));
        Assert.Equal(found, matcher.Found);
    }

    [Property(MaxTest = 500)]
    public void Append_RandomPieces_EqualsIndexOfOnTheWhole(int seed)
    {
        var random = new Random(seed);
        var stops = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Letters(random, random.Next(1, 6))).ToList();
        var whole = Letters(random, random.Next(40));
        var matcher = new StopMatcher(stops);
        var read = new StringBuilder();
        var certain = new StringBuilder();
        for (var at = 0; at < whole.Length && matcher.Found is null;)
        {
            var piece = whole.Substring(at, random.Next(0, Math.Min(7, whole.Length - at + 1)));
            at += piece.Length;
            read.Append(piece);
            certain.Append(matcher.Append(piece));
            Assert.StartsWith(certain.ToString(), Expected(whole, stops).Text);
            if (matcher.Found is null)
                Assert.Equal(LongestStart(read.ToString(), stops), read.Length - certain.Length);
        }
        var text = certain.ToString() + (matcher.Found is null ? matcher.Flush() : "");

        Assert.Equal(Expected(whole, stops), (text, matcher.Found));
    }

    private static (string Text, string? Stop) Expected(string whole, List<string> stops)
    {
        var best = stops.Select(stop => (Stop: stop, Start: whole.IndexOf(stop, StringComparison.Ordinal)))
            .Where(match => match.Start >= 0)
            .OrderBy(match => match.Start + match.Stop.Length).ThenBy(match => match.Start).FirstOrDefault();
        return best.Stop is null ? (whole, null) : (whole[..best.Start], best.Stop);
    }

    /// <summary>No more is held back than what may become a stop string.</summary>
    private static int LongestStart(string text, List<string> stops) =>
        stops.Max(stop => Enumerable.Range(0, stop.Length).Where(length => text.EndsWith(stop[..length], StringComparison.Ordinal)).Max());

    private static string Letters(Random random, int length) => string.Create(length, random, (letters, source) =>
    {
        foreach (ref var letter in letters)
            letter = (char)('a' + source.Next(2));
    });
}
