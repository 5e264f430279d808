using VisionCluster.Cli.Client;
using VisionCluster.Cli.Commands;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Tests;

public sealed class RequestFileTests
{
    [Fact]
    public void Parse_ChatStyle_BecomesTheMessage()
    {
        var request = RequestFile.Parse(
            """
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}, {"type": "text", "text": "Hi"}]},
                          {"role": "assistant", "content": "Yes?"}],
             "temperature": 0.5, "seed": 3, "max_tokens": 8, "stop": "\n", "session_id": "s"}
            """,
            ".");

        Assert.Equal(Message.Types.Role.User, request.Messages[0].Role);
        Assert.Equal("data:image/png;base64,AA==", request.Messages[0].Parts[0].Image.Url);
        Assert.Equal("Hi", request.Messages[0].Parts[1].Text);
        Assert.Equal("Yes?", request.Messages[1].Parts[0].Text);
        Assert.Equal((0.5f, 3ul), (request.Sampling.Temperature, request.Sampling.Seed));
        Assert.Equal((8u, "\n"), (request.Stopping.MaxTokens, Assert.Single(request.Stopping.Stop)));
        Assert.Equal("s", request.SessionId);
    }

    [Fact]
    public void Parse_ProtobufForm_IsTakenAsItIs()
    {
        var request = RequestFile.Parse("""{"messages": [{"role": "ROLE_USER", "parts": [{"text": "Hi"}]}], "logProbs": {"enabled": true, "top": 2}}""", ".");

        Assert.Equal("Hi", request.Messages[0].Parts[0].Text);
        Assert.Equal(2u, request.LogProbs.Top);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"messages": [1]}""")]
    [InlineData("""{"messages": [{"role": "user", "content": [{"type": "video"}]}]}""")]
    [InlineData("""{"messages": [{"role": "user", "content": [{"type": "image", "file": "nowhere.png"}]}]}""")]
    [InlineData("""{"no_such_field": 1}""")]
    public void Parse_Malformed_SaysSo(string json) => Assert.Throws<CliException>(() => RequestFile.Parse(json, "."));
}
