using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Client;

/// <summary>Answers of tasks as JSON objects on one line.</summary>
internal static class TaskJson
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(string file, Classification result) => new JsonObject
    {
        ["image"] = file,
        ["labels"] = new JsonArray([.. result.Labels.Select(label => new JsonObject
        {
            ["index"] = label.Index,
            ["label"] = label.Name,
            ["probability"] = label.Probability,
        })]),
    }.ToJsonString(Options);

    public static string Of(string input, float[] vector) =>
        new JsonObject { ["input"] = input, ["vector"] = Numbers(vector) }.ToJsonString(Options);

    public static string Of(string[] files, string[] texts, SimilarityResponse response) => new JsonObject
    {
        ["images"] = new JsonArray([.. files.Select(file => (JsonNode)file)]),
        ["texts"] = new JsonArray([.. texts.Select(text => (JsonNode)text)]),
        ["judgement"] = response.Judgement.ToString().ToLowerInvariant(),
        ["logits"] = new JsonArray([.. response.Logits.Chunk(texts.Length).Select(Numbers)]),
        ["probabilities"] = new JsonArray([.. response.Probabilities.Chunk(texts.Length).Select(Numbers)]),
    }.ToJsonString(Options);

    private static JsonArray Numbers(float[] values) => new([.. values.Select(value => (JsonNode)value)]);
}
