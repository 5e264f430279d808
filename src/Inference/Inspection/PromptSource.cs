using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Tasks;
using VisionCluster.Models;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Inference.Inspection;

/// <summary>Builds the prompt to look into and, where asked, lets the model answer it first: as one more sequence of the engine.</summary>
internal sealed class PromptSource(IModelHost host, Tokenizer tokenizer, InspectionOptions options)
{
    private const int LowestPriority = -100;

    /// <exception cref="InvalidTaskException">The prompt cannot be built, or is too long.</exception>
    /// <exception cref="InspectionQueueFullException">The engine's queue is full.</exception>
    public async Task<InspectedPrompt> BuildAsync(InspectionRequest request, IReadOnlyList<InspectedImage> images, CancellationToken cancellationToken)
    {
        var prompt = request.Plain ? Plain(request) : Render(request, images);
        var limit = Math.Min(options.MaxTokens, host.ContextTokens);
        if (prompt.Ids.Length + request.AnswerTokens > limit)
        {
            throw new InvalidTaskException(
                $"The prompt has {prompt.Ids.Length} tokens; with an answer of {request.AnswerTokens} it is longer than the {limit} that can be inspected.");
        }

        var answer = request.AnswerTokens == 0 ? [] : await AnswerAsync(prompt, request.AnswerTokens, cancellationToken);
        return new InspectedPrompt(prompt with { Ids = [.. prompt.Ids, .. answer] }, answer.Count);
    }

    private PromptTokens Plain(InspectionRequest request)
    {
        var ids = tokenizer.Encode(RenderedPrompt.FromUser(request.Text), addSpecialTokens: true);
        return ids.Length > 0 ? new PromptTokens { Ids = ids } : throw new InvalidTaskException("text has no tokens; write something.");
    }

    private PromptTokens Render(InspectionRequest request, IReadOnlyList<InspectedImage> images)
    {
        List<ChatPart> parts = [.. images.Select(_ => new ChatPart.ImagePart()), new ChatPart.TextPart(request.Text)];
        try
        {
            return host.BuildPrompt([new ChatMessage("user", parts)], [.. images.Select(image => ($"inspected-{image.Index}", image.Embedding!))]);
        }
        catch (PromptException e)
        {
            throw new InvalidTaskException($"{e.Message} (With plain, the text is the whole prompt.)");
        }
    }

    private async Task<List<int>> AnswerAsync(PromptTokens prompt, int tokens, CancellationToken cancellationToken)
    {
        var submitted = host.Decoder!.Submit(new GenerationRequest
        {
            RequestId = $"inspect-{Guid.NewGuid():N}",
            Prompt = prompt,
            Stop = new StopOptions { MaxTokens = tokens, StopTokenIds = host.EndOfSequenceIds },
            Text = host.CreateTextStream(),
            Priority = LowestPriority,
        });
        if (submitted.Generation is not { } generation)
        {
            throw submitted.Outcome == SubmitOutcome.QueueFull
                ? new InspectionQueueFullException(submitted.RetryAfter ?? options.RetryAfter) : new InvalidTaskException(submitted.Message ?? "The prompt is refused.");
        }

        await using var registration = cancellationToken.UnsafeRegister(static g => ((Generation)g!).Cancel(), generation).ConfigureAwait(false);
        var answer = new List<int>();
        await foreach (var update in generation.Updates.ReadAllAsync(cancellationToken))
        {
            answer.Add(update.TokenId);
        }

        var result = await generation.Result;
        return result.Error is null ? answer : throw new InvalidOperationException("The device failed while the model answered.", result.Error);
    }
}
