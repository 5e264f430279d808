using System.Diagnostics;
using VisionCluster.Inference;
using VisionCluster.Inference.Decoding;
using VisionCluster.Models.Templates;

namespace VisionCluster.Bench;

/// <summary>Straight to the model's host: no Orleans, no gRPC.</summary>
internal sealed class EngineClient(IModelHost host) : IBenchClient
{
    public async Task<TimeSpan> GenerateAsync(string text, byte[]? image, int tokens)
    {
        var start = Stopwatch.GetTimestamp();
        var parts = new List<ChatPart>();
        var images = new List<(string, ImageEmbedding)>();
        if (image is not null)
        {
            parts.Add(new ChatPart.ImagePart());
            images.Add((Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N"), await host.EncodeImageAsync(image, null, default)));
        }

        parts.Add(new ChatPart.TextPart(text));
        var submitted = host.Decoder!.Submit(new GenerationRequest
        {
            RequestId = "bench",
            Prompt = host.BuildPrompt([new ChatMessage("user", parts)], images),
            Stop = new StopOptions { MaxTokens = tokens },
            Text = host.CreateTextStream(),
        });
        var generation = submitted.Generation ?? throw new InvalidOperationException(submitted.Message);
        await generation.Updates.WaitToReadAsync();
        var first = Stopwatch.GetElapsedTime(start);
        await foreach (var _ in generation.Updates.ReadAllAsync())
        {
        }

        return first;
    }
}
