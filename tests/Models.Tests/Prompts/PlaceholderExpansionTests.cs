using VisionCluster.Models.Prompts;
using VisionCluster.Models.Templates;

namespace VisionCluster.Models.Tests.Prompts;

public sealed class PlaceholderExpansionTests
{
    [Fact]
    public void Replace_PlaceholdersAmongUserText_MovesTheUserSpans()
    {
        var prompt = new RenderedPrompt("A<i>hello<i>bye", [new TextSpan(4, 5), new TextSpan(12, 3)]);

        var expanded = PlaceholderExpansion.Replace(prompt, "<i>", ["[first]", "[2]"]);

        Assert.Equal("A[first]hello[2]bye", expanded.Text);
        Assert.Equal(["hello", "bye"], expanded.UserSpans.Select(span => expanded.Text.Substring(span.Start, span.Length)));
    }

    [Fact]
    public void Replace_PlaceholderThatAUserSpelled_StaysText()
    {
        var prompt = new RenderedPrompt("<i>: <i>", [new TextSpan(5, 3)]);

        var expanded = PlaceholderExpansion.Replace(prompt, "<i>", ["X"]);

        Assert.Equal("X: <i>", expanded.Text);
        Assert.Equal(new TextSpan(3, 3), Assert.Single(expanded.UserSpans));
    }

    [Fact]
    public void Replace_PlaceholderHalfOfTheUser_StaysText()
    {
        var prompt = new RenderedPrompt("<i>", [new TextSpan(1, 1)]);

        Assert.Equal("<i>", PlaceholderExpansion.Replace(prompt, "<i>", []).Text);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Replace_OtherNumberOfImages_SaysHowMany(int images)
    {
        var replacements = Enumerable.Repeat("X", images).ToArray();

        var error = Assert.Throws<PromptException>(() => PlaceholderExpansion.Replace(RenderedPrompt.Trusted("a<i>b"), "<i>", replacements));

        Assert.Contains($"{images} image(s)", error.Message, StringComparison.Ordinal);
        Assert.Contains("1 place(s)", error.Message, StringComparison.Ordinal);
    }
}
