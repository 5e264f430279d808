using System.Text;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Gateway.Admission;

/// <summary>
/// Estimates a request's cost without a tokenizer: the engine counts exactly later. Earlier turns of a session are left out, since their KV
/// is usually there.
/// </summary>
internal static class CostEstimator
{
    internal const int BytesPerToken = 4; // of English text; of others fewer characters, but more bytes a character
    internal const int TokensPerMessage = 8; // what a chat template puts around it

    public static RequestCost Estimate(GenerateRequest request, ModelLoad load)
    {
        var (bytes, pictures, unknown) = (0L, 0, 0);
        foreach (var message in request.Messages)
        {
            foreach (var part in message.Parts)
            {
                if (part.ContentCase == Part.ContentOneofCase.Text)
                {
                    bytes += Encoding.UTF8.GetByteCount(part.Text);
                    continue;
                }

                pictures++;
                unknown += part.Image.SourceCase == Image.SourceOneofCase.Key ? 0 : 1; // what has a key has been here before
            }
        }

        var prompt = (bytes / BytesPerToken) + (request.Messages.Count * TokensPerMessage) + (long)(pictures * load.TokensPerImage);
        return new RequestCost(prompt, Output(request, load, prompt), (long)(unknown * load.PatchesPerImage));
    }

    /// <summary>Most answers end before their limit: what recent ones had is the better guess, where there were some.</summary>
    private static long Output(GenerateRequest request, ModelLoad load, long prompt)
    {
        var room = Math.Max(1, load.ContextTokens - prompt);
        var bound = request.Stopping is { MaxTokens: > 0 } stopping ? Math.Min(stopping.MaxTokens, room) : room;
        return load.MeanOutputTokens > 0 ? Math.Min(bound, (long)Math.Ceiling(load.MeanOutputTokens)) : bound;
    }
}
