using Grpc.Core;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Gateway.Tests;

/// <summary>A whole stream.</summary>
internal sealed record Answer(Accepted Accepted, IReadOnlyList<Token> Tokens, Finished Finished)
{
    public string Text => string.Concat(Tokens.Select(t => t.Text)) + Finished.Text;

    public uint[] Ids => [.. Tokens.Select(t => t.Id)];

    /// <summary>Also checks the stream's shape: accepted, tokens in order, finished, nothing else.</summary>
    public static async Task<Answer> ReadAsync(IAsyncStreamReader<GenerateResponse> stream)
    {
        Assert.True(await stream.MoveNext(default));
        var accepted = Assert.IsType<Accepted>(stream.Current.Accepted);
        var tokens = new List<Token>();
        while (await stream.MoveNext(default) && stream.Current.EventCase == GenerateResponse.EventOneofCase.Token)
        {
            Assert.Equal((uint)tokens.Count, stream.Current.Token.Index);
            tokens.Add(stream.Current.Token);
        }

        var finished = Assert.IsType<Finished>(stream.Current.Finished);
        Assert.False(await stream.MoveNext(default));
        Assert.Equal((uint)tokens.Count, finished.Usage.GeneratedTokens);
        return new Answer(accepted, tokens, finished);
    }
}
