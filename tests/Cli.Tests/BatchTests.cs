using System.Text.Json.Nodes;
using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

/// <summary>The batch command against the shared cluster.</summary>
[Collection(nameof(RealCluster))]
public sealed class BatchTests(RealCluster cluster) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Input => Path.Combine(_folder.Path, "requests.jsonl");

    private string Output => Path.Combine(_folder.Path, "replies.jsonl");

    [Fact]
    public async Task Batch_ChatAndEmbeddingsAndBadLines_EachHasItsReply()
    {
        File.Copy(Path.Combine(Fixtures.RepositoryRoot, "samples", "rocket.png"), Path.Combine(_folder.Path, "rocket.png"));
        await File.WriteAllLinesAsync(Input, [
            Chat("picture", """{"messages":[{"role":"user","content":[{"type":"image","file":"rocket.png"},{"type":"text","text":"What is this?"}]}],"max_completion_tokens":16,"stop":null,"user":"me"}"""),
            Line("vector", "/v1/embeddings", """{"model":"emoji-siglip","input":["red apple","rocket"],"encoding_format":"base64"}"""),
            "this is not JSON",
            "",
            Chat("streamed", """{"messages":[{"role":"user","content":"Hello"}],"stream":true}"""),
            Chat("model", """{"model":"gpt","messages":[{"role":"user","content":"Hello"}]}"""),
            Line("url", "/v1/images", "{}"),
            Chat("typed", """{"messages":"Hello"}"""),
            Chat("short", """{"messages":[{"role":"user","content":"Who are you?"}],"max_tokens":2}"""),
        ]);

        await RunAsync();

        var replies = Replies();
        Assert.Equal(8, replies.Count);
        var picture = Body("picture");
        Assert.Equal("Rocket.", picture["choices"]![0]!["message"]!["content"]!.GetValue<string>());
        Assert.Equal("stop", picture["choices"]![0]!["finish_reason"]!.GetValue<string>());
        Assert.True(picture["usage"]!["total_tokens"]!.GetValue<int>() > 80, "The image's tokens are not counted.");
        Assert.Equal("length", Body("short")["choices"]![0]!["finish_reason"]!.GetValue<string>());
        var vectors = Body("vector")["data"]!.AsArray().Select(item => Convert.FromBase64String(item!["embedding"]!.GetValue<string>())).ToList();
        Assert.Equal([192 * sizeof(float), 192 * sizeof(float)], vectors.Select(vector => vector.Length));
        Assert.Equal("invalid_json", replies.Single(reply => reply["custom_id"] is null)["error"]!["code"]!.GetValue<string>());
        Assert.Equal("invalid_url", Reply("url")["error"]!["code"]!.GetValue<string>());
        Assert.Equal(400, Status("streamed"));
        Assert.Equal(404, Status("model"));
        Assert.Equal(400, Status("typed"));

        JsonObject Reply(string id) => replies.Single(reply => reply["custom_id"]?.GetValue<string>() == id);
        JsonNode Body(string id) => Reply(id)["response"]!["body"]!;
        int Status(string id) => Reply(id)["response"]!["status_code"]!.GetValue<int>();
    }

    [Fact]
    public async Task Batch_RunAgainAfterABreak_AsksOnlyWhatIsMissing()
    {
        var lines = Enumerable.Range(0, 6).Select(i => Line($"{i}", "/v1/embeddings", $$"""{"input":"red apple {{i}}"}""")).ToList();
        await File.WriteAllLinesAsync(Input, [.. lines, lines[0]]);
        await RunAsync();
        var whole = await File.ReadAllLinesAsync(Output);
        Assert.Equal(7, whole.Length);

        // Two replies and the beginning of a third are left of a run that was killed.
        await File.WriteAllTextAsync(Output, whole[0] + "\n" + whole[1] + "\n" + whole[2][..20]);
        var error = await RunAsync();

        Assert.Contains("5 of 7 requests answered (2 were there)", error, StringComparison.Ordinal);
        Assert.Equal(whole[..2], (await File.ReadAllLinesAsync(Output))[..2]);
        Assert.Equal(whole.Select(Id).Order(), Replies().Select(reply => reply["id"]!.GetValue<string>()).Order());
        Assert.Contains("All 7 replies are there", await RunAsync(), StringComparison.Ordinal);

        static string Id(string line) => JsonNode.Parse(line)!["id"]!.GetValue<string>();
    }

    [Fact]
    public async Task Batch_OutputThatIsNoBatch_IsLeftAlone()
    {
        await File.WriteAllTextAsync(Input, Line("1", "/v1/embeddings", """{"input":"red apple"}"""));
        await File.WriteAllTextAsync(Output, "my notes\n");

        var result = await CommandLine.VisionClusterAsync("batch", "--input", Input, "--output", Output, "--endpoint", cluster.Address);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("not a reply of a batch", result.Error, StringComparison.Ordinal);
        Assert.Equal("my notes\n", await File.ReadAllTextAsync(Output));
    }

    public void Dispose() => _folder.Dispose();

    private static string Chat(string id, string body) => Line(id, "/v1/chat/completions", body);

    private static string Line(string id, string url, string body) =>
        $$"""{"custom_id":"{{id}}","method":"POST","url":"{{url}}","body":{{body}}}""";

    private async Task<string> RunAsync()
    {
        var result = await CommandLine.VisionClusterAsync("batch", "--input", Input, "--output", Output, "--endpoint", cluster.Address);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Error;
    }

    private List<JsonObject> Replies() => [.. File.ReadAllLines(Output).Select(line => JsonNode.Parse(line)!.AsObject())];
}
