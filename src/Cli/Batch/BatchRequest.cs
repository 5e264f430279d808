using System.Text.Json;
using System.Text.Json.Nodes;

namespace VisionCluster.Cli.Batch;

/// <summary>A line's envelope.</summary>
/// <param name="CustomId">The caller's name for it.</param>
/// <param name="Url">What is asked for.</param>
/// <param name="Body">The request.</param>
internal sealed record BatchRequest(string? CustomId, string Url, JsonObject Body)
{
    public const string ChatUrl = "/v1/chat/completions";
    public const string EmbeddingsUrl = "/v1/embeddings";

    /// <exception cref="BatchLineException">The line is no request.</exception>
    public static BatchRequest Parse(BatchLine line)
    {
        if (Object(line) is not { } envelope)
        {
            throw new BatchLineException(null, "invalid_json", $"line {line.Number} is not a JSON object.");
        }

        var customId = Text(envelope, "custom_id");
        if (Text(envelope, "method") is not (null or "POST"))
        {
            throw new BatchLineException(customId, "invalid_method", $"line {line.Number}: method must be POST.");
        }

        var url = Text(envelope, "url");
        if (url is not (ChatUrl or EmbeddingsUrl))
        {
            throw new BatchLineException(customId, "invalid_url", $"line {line.Number}: url must be {ChatUrl} or {EmbeddingsUrl}; it is {url ?? "missing"}.");
        }

        return envelope["body"] is JsonObject body ? new BatchRequest(customId, url, body)
            : throw new BatchLineException(customId, "invalid_body", $"line {line.Number}: body is not a JSON object.");
    }

    private static JsonObject? Object(BatchLine line)
    {
        try
        {
            // Members are looked at lazily; a double one shows only then.
            return JsonNode.Parse(line.Text) is JsonObject { Count: >= 0 } envelope ? envelope : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static string? Text(JsonObject envelope, string name) =>
        envelope[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
