using VisionCluster.Imaging;
using VisionCluster.Inference;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Sampling;
using VisionCluster.Models;
using VisionCluster.Models.Templates;

namespace VisionCluster.Simulation.Tests;

/// <summary>The real engine over a device that takes no time.</summary>
public sealed class SimulatedModelHostTests
{
    private const int Output = 24;
    private static readonly SimulatedModel Model = SimulatedModel.Load("simulated-vlm") with { Cost = new SimulatedCostModel() };
    private static readonly byte[] Picture =
        File.ReadAllBytes(Path.Combine(TestKit.Fixtures.RepositoryRoot, "samples", "red-apple.png"));

    [Fact]
    public async Task Host_EverywhereItIsShown_SaysThatItIsSimulated()
    {
        await using var host = Open();

        Assert.All([host.Name, host.Family, host.Precision, host.Device], text => Assert.StartsWith("simulated", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Host_RealDevice_IsRefused()
    {
        var error = Assert.Throws<ModelException>(() => new SimulatedModelHost(Model, new ModelHostOptions(), 0));

        Assert.Contains("simulated:0", error.Message, StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Answers_AloneAndTogether_AreTheSame()
    {
        await using var alone = Open();
        await using var together = Open(slots: 3);
        var prompts = Enumerable.Range(0, 12).Select(i => $"question {i}, {new string('x', i * 40)}").ToList();

        var expected = new List<int[]>();
        foreach (var prompt in prompts)
            expected.Add(await AnswerAsync(alone, prompt));
        var answers = await Task.WhenAll(prompts.Select(prompt => AnswerAsync(together, prompt)));

        Assert.Equal(expected, answers);
        Assert.Equal(12, answers.Select(answer => string.Join(',', answer)).Distinct().Count());
    }

    [Fact]
    public async Task Answer_Sampled_IsAFunctionOfItsSeed()
    {
        await using var host = Open();
        var sampling = new SamplingOptions { Temperature = 1, Seed = 5 };

        var first = await AnswerAsync(host, "hello", sampling);

        Assert.Equal(first, await AnswerAsync(host, "hello", sampling));
        Assert.NotEqual(first, await AnswerAsync(host, "hello", sampling with { Seed = 6 }));
        Assert.NotEqual(first, await AnswerAsync(host, "hello"));
    }

    [Fact]
    public async Task Answer_ContinuedElsewhere_GoesOnAsIfNothingHadHappened()
    {
        await using var first = Open();
        await using var second = Open();
        var whole = await AnswerAsync(first, "tell me");
        var prompt = second.BuildPrompt([User("tell me")], []);

        var rest = await RunAsync(second, prompt with { Ids = [.. prompt.Ids, .. whole[..10]], TextFrom = prompt.Ids.Length }, answered: 10);

        Assert.Equal(whole[10..], rest);
    }

    [Fact]
    public async Task Answer_AboutAPicture_DependsOnIt()
    {
        await using var host = Open();
        var image = await host.EncodeImageAsync(Picture, null, CancellationToken.None);
        var other = image with { Values = [.. image.Values.Reverse()] };

        var answer = await AnswerAsync(host, "what?", image: image);

        Assert.Equal(Model.ImageTokens * Model.HiddenSize * sizeof(float), image.Values.Length);
        Assert.Equal(answer, await AnswerAsync(host, "what?", image: await host.EncodeImageAsync(Picture, null, CancellationToken.None)));
        Assert.NotEqual(answer, await AnswerAsync(host, "what?", image: other));
        Assert.Equal(2, host.ImagesEncoded);
    }

    [Fact]
    public async Task EncodeImage_NotAPicture_IsRefused()
    {
        await using var host = Open();

        await Assert.ThrowsAsync<InvalidImageException>(() => host.EncodeImageAsync(new byte[100], null, CancellationToken.None));
        Assert.Equal(0, host.ImagesEncoded);
    }

    private static SimulatedModelHost Open(int slots = 8) =>
        new(Model, new ModelHostOptions { Device = new DeviceOptions { Kind = DeviceKind.Simulated }, MaxSlots = slots }, 0);

    private static ChatMessage User(string text) => new("user", [new ChatPart.TextPart(text)]);

    private static Task<int[]> AnswerAsync(SimulatedModelHost host, string text, SamplingOptions? sampling = null, ImageEmbedding? image = null)
    {
        ChatPart[] parts = image is null ? [new ChatPart.TextPart(text)] : [new ChatPart.ImagePart(), new ChatPart.TextPart(text)];
        return RunAsync(host, host.BuildPrompt([new ChatMessage("user", parts)], image is null ? [] : [("key", image)]), sampling);
    }

    private static async Task<int[]> RunAsync(SimulatedModelHost host, PromptTokens prompt, SamplingOptions? sampling = null, int answered = 0)
    {
        var submitted = host.Decoder!.Submit(new GenerationRequest
        {
            RequestId = "test",
            Prompt = prompt,
            Stop = new StopOptions { MaxTokens = Output },
            Text = host.CreateTextStream(),
            Sampling = sampling ?? SamplingOptions.Greedy,
            AnsweredTokens = answered,
            CacheScope = "tests",
        });
        var ids = new List<int>();
        await foreach (var update in submitted.Generation!.Updates.ReadAllAsync())
            ids.Add(update.TokenId);
        return [.. ids];
    }
}
