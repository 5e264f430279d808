using System.Text.Json.Nodes;
using VisionCluster.Cli.Commands;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Batch;

/// <summary>Between OpenAI's embeddings and Embed.</summary>
internal static class EmbeddingList
{
    private static readonly string[] Known = ["model", "input", "encoding_format", "user"];

    /// <exception cref="CliException">A field cannot be honoured.</exception>
    public static EmbedRequest Read(JsonObject body)
    {
        if (body.FirstOrDefault(member => !Known.Contains(member.Key)).Key is { } unknown)
        {
            throw new CliException($"{unknown} is not supported for embeddings.");
        }

        // Vectors of length 1, as OpenAI gives them.
        var request = new EmbedRequest { Model = body["model"]?.GetValue<string>() ?? "", Normalize = true, Encoding = VectorEncoding.Packed };
        var inputs = body["input"] switch
        {
            JsonArray many => many.Select(Text),
            { } one => [Text(one)],
            null => throw new CliException("input is missing; give a text or a list of texts."),
        };
        request.Inputs.AddRange(inputs.Select(text => new EmbedInput { Text = text }));
        _ = IsBase64(body);
        return request;
    }

    public static JsonObject Write(JsonObject body, EmbedResponse response)
    {
        var base64 = IsBase64(body);
        return new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. response.Vectors.Select((vector, i) => new JsonObject
            {
                ["object"] = "embedding",
                ["index"] = i,
                ["embedding"] = base64 ? vector.Packed.ToBase64() : Numbers(vector),
            })]),
            ["model"] = response.Model,
            ["usage"] = new JsonObject { ["prompt_tokens"] = response.TextTokens, ["total_tokens"] = response.TextTokens },
        };
    }

    private static JsonArray Numbers(Vector vector) =>
        new([.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(vector.Packed.Span).ToArray().Select(value => (JsonNode)value)]);

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text
        : throw new CliException("input must be a text or a list of texts; token ids are not taken.");

    private static bool IsBase64(JsonObject body) => body["encoding_format"]?.GetValue<string>() switch
    {
        null or "float" => false,
        "base64" => true,
        var other => throw new CliException($"encoding_format must be float or base64; it is {other}."),
    };
}
