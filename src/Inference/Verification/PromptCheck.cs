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
        Compare("expanded_prompt", expanded.Text);
        return pipeline.Tokenizer.Encode(expanded, golden.AddSpecialTokens);

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
