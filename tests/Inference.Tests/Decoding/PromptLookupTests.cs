using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class PromptLookupTests
{
    [Theory]
    [InlineData("1 2 3 4 5 1 2 3", 2, "4 5")]
    [InlineData("1 2 9 8 1 2 7 6 1 2", 3, "7 6 1")] // the latest occurrence
    [InlineData("1 2 3 9 0 2 3 8 1 2 3", 1, "9")] // the longest match before the latest
    [InlineData("5 5 5", 4, "5 5 5 5")] // goes on behind the end
    [InlineData("0 1 2 3 1 2", 5, "3 1 2 3 1")]
    public void TryDraft_TextThatRepeats_IsWhatFollowedBefore(string text, int count, string expected)
    {
        var draft = new int[count];

        Assert.True(PromptLookup.TryDraft(Ids(text), draft));
        Assert.Equal(Ids(expected), draft);
    }

    [Theory]
    [InlineData("1 2 3 4")]
    [InlineData("1 9 1")] // one token is no evidence
    [InlineData("1")]
    public void TryDraft_NothingRepeats_IsFalse(string text) => Assert.False(PromptLookup.TryDraft(Ids(text), new int[4]));

    private static int[] Ids(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
}
