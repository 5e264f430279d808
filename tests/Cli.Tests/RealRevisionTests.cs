using System.Text.Json;
using Grpc.Net.Client;
using VisionCluster.Cli.Hosting;
using VisionCluster.Contracts.V1;
using VisionCluster.Inference;
using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

/// <summary>Two revisions of a real checkpoint, administered by the program's own commands.</summary>
public sealed class RealRevisionTests : IAsyncLifetime
{
    private const string Question = "What is this?";

    private readonly TemporaryFolder _root = new();
    private LocalCluster _cluster = null!;
    private GrpcChannel _channel = null!;
    private VisionService.VisionServiceClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        CopyModel("tuned", file => file.AsSpan(file.Length / 2, file.Length / 4).Clear());
        CopyModel("broken", file => file.AsSpan(0, 64).Fill(0xff));
        _cluster = await LocalCluster.StartAsync(
            [Fixtures.EmojiVlm],
            new ModelHostOptions { KvBytes = 64 << 20 },
            gateway => gateway.GrpcPort = 0,
            handleSignals: false,
            new Progress<string>(),
            default,
            silo => silo.ModelRoots.Add(_root.Path));
        _channel = GrpcChannel.ForAddress(_cluster.Endpoint);
        _client = new VisionService.VisionServiceClient(_channel);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _cluster.DisposeAsync();
        _root.Dispose();
    }

    [Fact]
    public async Task Commands_TwoRevisions_SessionsKeepTheirsAndRollingBackIsOneCommand()
    {
        var first = (await AskAsync("old")).Revision;

        var loaded = await RunAsync("load", "tuned", "--name", "emoji-vlm", "--json");
        var second = Json(loaded).GetProperty("loads")[0].GetProperty("detail").GetString()!;

        Assert.NotEqual(first, second);
        var tuned = await AskAsync("new");
        Assert.Equal((second, 1u), (tuned.Revision, tuned.Encoded)); // no old embedding meets the new weights
        Assert.Equal(first, (await AskAsync("old")).Revision);
        Assert.NotEqual((await AskAsync("", $"emoji-vlm@{first[..6]}")).Text, tuned.Text);
        Assert.Contains("yes", (await RunAsync("status")).Output, StringComparison.Ordinal);

        await RunAsync("use", "emoji-vlm", first[..8]);
        Assert.Equal(first, (await AskAsync("newer")).Revision);
        Assert.Equal(second, (await AskAsync("new")).Revision);

        await RunAsync("unload", "emoji-vlm", "--revision", second[..8]);
        await GoneAsync(second);
        Assert.Equal(first, (await AskAsync("new")).Revision); // goes over, its picture encoded anew
    }

    [Fact]
    public async Task Load_BrokenOrForbidden_FailsWithASentenceAndHarmsNothing()
    {
        var broken = await CommandLine.VisionClusterAsync("models", "load", "broken", "--endpoint", _cluster.Endpoint);
        var forbidden = await CommandLine.VisionClusterAsync("models", "load", Fixtures.RepositoryRoot, "--endpoint", _cluster.Endpoint);
        var nowhere = await CommandLine.VisionClusterAsync("models", "load", "broken");

        Assert.Equal((1, 1, 2), (broken.ExitCode, forbidden.ExitCode, nowhere.ExitCode));
        Assert.Contains("Failed", broken.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_root.Path, broken.Error, StringComparison.Ordinal);
        Assert.Contains("PermissionDenied", forbidden.Error, StringComparison.Ordinal);
        Assert.Contains("--endpoint", nowhere.Error, StringComparison.Ordinal);
        Assert.StartsWith("Red apple.", (await AskAsync("")).Text, StringComparison.Ordinal);
    }

    private static JsonElement Json(CommandResult result) => JsonDocument.Parse(result.Output).RootElement;

    private async Task<CommandResult> RunAsync(params string[] arguments)
    {
        var result = await CommandLine.VisionClusterAsync(["models", .. arguments, "--endpoint", _cluster.Endpoint]);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    private async Task GoneAsync(string revision)
    {
        var admin = new AdminService.AdminServiceClient(_channel);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await admin.ListRevisionsAsync(new ListRevisionsRequest())).Revisions.Any(r => r.Revision == revision))
        {
            Assert.False(limit.IsCancellationRequested, $"Revision {revision} was not unloaded.");
            await timer.WaitForNextTickAsync();
        }
    }

    private async Task<(string Revision, string Text, uint Encoded)> AskAsync(string session, string model = "")
    {
        var request = RealCluster.Ask(Question, RealCluster.Picture("red-apple.png"));
        (request.SessionId, request.Model) = (session, model);
        request.Stopping = new Stopping { MaxTokens = 16 };
        using var call = _client.Generate(request);
        var (text, accepted, finished) = ("", new Accepted(), new Finished());
        while (await call.ResponseStream.MoveNext(default))
        {
            var response = call.ResponseStream.Current;
            (accepted, finished) = (response.Accepted ?? accepted, response.Finished ?? finished);
            text += response.Token?.Text + response.Finished?.Text;
        }

        return (accepted.ModelRevision, text.Trim(), finished.Usage.ImagesEncoded);
    }

    private void CopyModel(string name, Action<byte[]> change)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root.Path, name)).FullName;
        foreach (var file in Directory.GetFiles(Fixtures.EmojiVlm))
        {
            var bytes = File.ReadAllBytes(file);
            if (file.EndsWith(".safetensors", StringComparison.Ordinal))
            {
                change(bytes);
            }

            File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(file)), bytes);
        }
    }
}
