using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VisionCluster.Cli.Batch;

/// <summary>Replies in OpenAI's batch format.</summary>
internal static class BatchJson
{
    public static JsonSerializerOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonObject Reply(string id, string? customId, JsonObject body) => new()
    {
        ["id"] = id,
        ["custom_id"] = customId,
        ["response"] = new JsonObject { ["status_code"] = 200, ["request_id"] = id, ["body"] = body },
        ["error"] = null,
    };

    /// <summary>A request that the server refused: an HTTP status and OpenAI's error body.</summary>
    public static JsonObject Refused(string id, string? customId, int status, string code, string message) => new()
    {
        ["id"] = id,
        ["custom_id"] = customId,
        ["response"] = new JsonObject
        {
            ["status_code"] = status,
            ["request_id"] = id,
            ["body"] = new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["code"] = code } },
        },
        ["error"] = null,
    };

    /// <summary>A line that is no request.</summary>
    public static JsonObject Failed(string id, string? customId, string code, string message) => new()
    {
        ["id"] = id,
        ["custom_id"] = customId,
        ["response"] = null,
        ["error"] = new JsonObject { ["code"] = code, ["message"] = message },
    };
}
