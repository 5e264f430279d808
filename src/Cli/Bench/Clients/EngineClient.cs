using System.Diagnostics;
using VisionCluster.Inference;
using VisionCluster.Inference.Decoding;
using VisionCluster.Models.Templates;

namespace VisionCluster.Cli.Bench.Clients;

/// <summary>Straight to the model's host: no Orleans, no gRPC.</summary>
internal sealed class EngineClient(IModelHost host) : IBenchClient
{
    public async Task<RequestTrace> RunAsync(BenchRequest request, CancellationToken cancellationToken)
    {
        var (sent, arrivals, ids) = (Stopwatch.GetTimestamp(), new List<long>(request.OutputTokens), new List<int>(request.OutputTokens));
        var prompt = await PromptAsync(request.Prompt, cancellationToken);
        var submitted = host.Decoder!.Submit(new GenerationRequest
        {
            RequestId = "bench",
            Prompt = prompt,
            Stop = new StopOptions { MaxTokens = request.OutputTokens },
            Text = host.CreateTextStream(),
            CacheScope = request.CacheScope,
            Session = request.Session,
        });
        if (submitted.Generation is not { } generation)
        {
            return submitted.Outcome == SubmitOutcome.QueueFull ? new RequestTrace(RequestOutcome.Refused, sent, [], [])
                : throw new InvalidOperationException(submitted.Message);
        }

        await using var registration = cancellationToken.UnsafeRegister(static g => ((Generation)g!).Cancel(), generation);
        await foreach (var update in generation.Updates.ReadAllAsync(CancellationToken.None))
        {
            arrivals.Add(Stopwatch.GetTimestamp());
            ids.Add(update.TokenId);
            request.OnToken?.Invoke(arrivals.Count);
        }

        var result = await generation.Result;
        return new RequestTrace(Outcome(result), sent, arrivals, ids)
        {
            PromptTokens = result.PromptTokens,
            CachedTokens = result.CachedTokens,
            Queued = result.QueueTime,
        };
    }

    private static RequestOutcome Outcome(GenerationResult result) => result.Reason switch
    {
        FinishReason.Stop or FinishReason.Length => RequestOutcome.Finished,
        FinishReason.Cancelled => RequestOutcome.Cancelled,
        _ => throw new InvalidOperationException($"A generation ended with {result.Reason}.", result.Error),
    };

    private async Task<PromptTokens> PromptAsync(BenchPrompt prompt, CancellationToken cancellationToken)
    {
        if (prompt is BenchPrompt.Tokens(var ids))
        {
            return new PromptTokens { Ids = ids };
        }

        var (text, picture) = (BenchPrompt.Message)prompt;
        List<ChatPart> parts = [new ChatPart.TextPart(text)];
        List<(string Key, ImageEmbedding Embedding)> images = [];
        if (picture is not null)
        {
            parts.Insert(0, new ChatPart.ImagePart());
            images.Add((Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N"), await host.EncodeImageAsync(picture, null, cancellationToken)));
        }

        return host.BuildPrompt([new ChatMessage("user", parts)], images);
    }
}
