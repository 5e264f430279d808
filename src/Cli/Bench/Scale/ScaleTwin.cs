using VisionCluster.Inference;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Models.Templates;
using VisionCluster.Simulation;

namespace VisionCluster.Cli.Bench.Scale;

/// <summary>What the model says undisturbed: the same model on a device of its own that takes no time.</summary>
internal sealed class ScaleTwin(SimulatedModel model) : IAsyncDisposable
{
    private readonly SimulatedModelHost _host = new(
        model with { Cost = new SimulatedCostModel() },
        new ModelHostOptions { Device = new DeviceOptions { Kind = DeviceKind.Simulated }, MaxSlots = 16, Decode = new DecodeEngineOptions { MaxWaiting = 1 << 16 } },
        0);

    /// <summary>The answer's tokens.</summary>
    /// <param name="conversation">All messages so far.</param>
    /// <param name="pictures">Of the conversation's image parts, in order.</param>
    /// <param name="outputTokens">How many.</param>
    public async Task<IReadOnlyList<int>> AnswerAsync(IReadOnlyList<ChatMessage> conversation, IReadOnlyList<byte[]> pictures, int outputTokens)
    {
        var images = new List<(string Key, ImageEmbedding Embedding)>();
        foreach (var picture in pictures)
            images.Add(("twin", await _host.EncodeImageAsync(picture, null, CancellationToken.None)));
        var submitted = _host.Decoder!.Submit(new GenerationRequest
        {
            RequestId = "twin",
            Prompt = _host.BuildPrompt(conversation, images),
            Stop = new StopOptions { MaxTokens = outputTokens },
            Text = _host.CreateTextStream(),
        });
        var ids = new List<int>();
        await foreach (var update in (submitted.Generation ?? throw new InvalidOperationException(submitted.Message)).Updates.ReadAllAsync())
            ids.Add(update.TokenId);
        return ids;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
