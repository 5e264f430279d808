using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Client;

/// <summary>An answer as one JSON object.</summary>
internal static class AnswerJson
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Format(Answer answer)
    {
        var (usage, timings) = (answer.Finished.Usage ?? new Usage(), answer.Finished.Timings ?? new Timings());
        var prompt = usage.PromptTokens ?? new PromptTokens();
        var json = new JsonObject
        {
            ["text"] = answer.Text.ToString(),
            ["token_ids"] = new JsonArray([.. answer.Tokens.Select(token => (JsonNode)token.Id)]),
            ["finish_reason"] = answer.Finished.Reason.ToString().ToLowerInvariant(),
            ["usage"] = new JsonObject
            {
                ["prompt_tokens"] = prompt.Total,
                ["text_tokens"] = prompt.Text,
                ["image_tokens"] = prompt.Image,
                ["cached_tokens"] = prompt.Cached,
                ["generated_tokens"] = usage.GeneratedTokens,
                ["images_encoded"] = usage.ImagesEncoded,
                ["images_cached"] = usage.ImagesCached,
            },
            ["timings"] = new JsonObject
            {
                ["ingest_ms"] = Round(timings.IngestMs),
                ["encode_ms"] = Round(timings.EncodeMs),
                ["queue_ms"] = Round(timings.QueueMs),
                ["prefill_ms"] = Round(timings.PrefillMs),
                ["decode_ms"] = Round(timings.DecodeMs),
                ["first_token_ms"] = Round(timings.FirstTokenMs),
                ["total_ms"] = Round(timings.TotalMs),
            },
            ["model"] = answer.Accepted.Model,
            ["model_revision"] = answer.Accepted.ModelRevision,
            ["seed"] = answer.Accepted.Seed,
        };
        if (answer.Tokens.Any(token => token.HasLogProb))
        {
            json["log_probs"] = new JsonArray([.. answer.Tokens.Select(LogProb)]);
        }

        return json.ToJsonString(Options);
    }

    private static JsonObject LogProb(Token token) => new()
    {
        ["id"] = token.Id,
        ["text"] = token.Text,
        ["log_prob"] = token.LogProb,
        ["top"] = new JsonArray([.. token.Top.Select(top => new JsonObject { ["id"] = top.Id, ["text"] = top.Text, ["log_prob"] = top.LogProb })]),
    };

    private static double Round(double milliseconds) => Math.Round(milliseconds, 3);
}
