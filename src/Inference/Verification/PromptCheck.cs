using System.Text.Json;
using VisionCluster.Models;
using VisionCluster.Models.Prompts;
using VisionCluster.Models.Templates;

namespace VisionCluster.Inference.Verification;

/// <summary>The way from a case's messages or texts to token ids.</summary>
internal static class PromptCheck
{
    /// <returns>Our ids; texts that the case expects are compared on the way.</returns>
    public static int[] Run(PromptPipeline pipeline, GoldenCase golden, IReadOnlyList<ImageGrid> grids, List<Comparison> results)
    {
        if (!golden.Json.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array)
        {
            var text = golden.Json.GetProperty("texts")[0].GetString()!;
            return pipeline.Tokenizer.Encode(text, golden.AddSpecialTokens);
        }

        var rendered = pipeline.Render([.. messages.EnumerateArray().Select(Message)]);
        Compare("rendered_prompt", rendered.Text);
        var expanded = pipeline.Expand(rendered, grids);
        var ids = pipeline.Encode(expanded);

        // The reference's expanded prompt shows the begin token that its tokenizer added.
        var begin = pipeline.Tokenizer.NamedTokens.GetValueOrDefault("bos_token", "");
        var added = pipeline.AddsSpecialTokens(expanded) && ids.Length > 0 && pipeline.Tokenizer.IdToToken(ids[0]) == begin;
        Compare("expanded_prompt", (added ? begin : "") + expanded.Text);
        return ids;

        void Compare(string name, string actual)
        {
            if (golden.Text(name) is { } expected)
            {
                results.Add(TensorComparer.Text(golden.Name, name, expected, actual));
            }
        }
    }

    private static ChatMessage Message(JsonElement message)
    {
        var role = message.GetProperty("role").GetString()!;
        var content = message.GetProperty("content");
        return content.ValueKind == JsonValueKind.String
            ? ChatMessage.OfText(role, content.GetString()!)
            : new ChatMessage(role, [.. content.EnumerateArray().Select(Part)]);
    }

    private static ChatPart Part(JsonElement part) => part.GetProperty("type").GetString() switch
    {
        "text" => new ChatPart.TextPart(part.GetProperty("text").GetString()!),
        "image" => new ChatPart.ImagePart(),
        var other => throw new ModelException($"expected/cases.json has a message part of type {other}."),
    };
}
