using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using VisionCluster.Cli.Commands;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Client;

/// <summary>
/// Reads a request: protobuf's JSON form of <see cref="GenerateRequest"/>, in which messages may also be written as chat clients do
/// (<c>role: "user"</c>, <c>content</c> a string or a list of parts) and common sampling fields may stand at the top.
/// </summary>
internal static class RequestFile
{
    private static readonly string[] SamplingFields =
        ["temperature", "top_k", "top_p", "min_p", "repetition_penalty", "frequency_penalty", "presence_penalty", "logit_bias", "seed"];

    private static readonly string[] StoppingFields = ["max_tokens", "min_tokens", "stop", "stop_token_ids", "ignore_eos"];

    public static GenerateRequest Read(string path)
    {
        if (path != "-" && !File.Exists(path))
        {
            throw new CliException($"There is no request file {path}.");
        }

        var folder = path == "-" ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Parse(path == "-" ? Console.In.ReadToEnd() : File.ReadAllText(path), folder);
    }

    public static GenerateRequest Parse(string json, string folder)
    {
        try
        {
            return Parse(JsonNode.Parse(json) as JsonObject ?? throw new CliException("The request is not a JSON object."), folder);
        }
        catch (JsonException e)
        {
            throw new CliException($"The request is not valid: {e.Message}", e);
        }
    }

    /// <param name="request">Is changed.</param>
    /// <param name="folder">Where files beside the request are.</param>
    public static GenerateRequest Parse(JsonObject request, string folder)
    {
        try
        {
            Gather(request, "sampling", SamplingFields);
            Gather(request, "stopping", StoppingFields);
            if (request["stopping"]?["stop"] is JsonValue stop)
            {
                request["stopping"]!["stop"] = new JsonArray(stop.DeepClone());
            }

            foreach (var message in request["messages"]?.AsArray() ?? [])
            {
                RewriteMessage(message as JsonObject ?? throw new CliException("A message is not a JSON object."), folder);
            }

            return JsonParser.Default.Parse<GenerateRequest>(request.ToJsonString());
        }
        catch (Exception e) when (e is JsonException or InvalidJsonException or InvalidProtocolBufferException or InvalidOperationException)
        {
            throw new CliException($"The request is not valid: {e.Message}", e);
        }
    }

    private static void Gather(JsonObject request, string section, string[] fields)
    {
        foreach (var field in fields)
        {
            if (request[field] is { } value)
            {
                request.Remove(field);
                if (request[section] is not JsonObject target)
                {
                    request[section] = target = [];
                }

                target[field] = value;
            }
        }
    }

    private static void RewriteMessage(JsonObject message, string folder)
    {
        if (message["role"] is JsonValue role && role.TryGetValue<string>(out var name) && !name.StartsWith("ROLE_", StringComparison.Ordinal))
        {
            message["role"] = $"ROLE_{name.ToUpperInvariant()}";
        }

        if (message["content"] is { } content)
        {
            message.Remove("content");
            message["parts"] = content is JsonArray parts
                ? new JsonArray([.. parts.Select(part => (JsonNode)ChatPart(part as JsonObject ?? throw new CliException("A message part is not a JSON object.")))])
                : new JsonArray(new JsonObject { ["text"] = content.DeepClone() });
        }

        foreach (var part in message["parts"]?.AsArray() ?? [])
        {
            if (part?["image"] is JsonObject image && image["file"]?.GetValue<string>() is { } file)
            {
                image.Remove("file");
                image["data"] = Messages.ReadImage(Path.Combine(folder, file)).ToBase64();
            }
        }
    }

    private static JsonObject ChatPart(JsonObject part)
    {
        switch (part["type"]?.GetValue<string>())
        {
            case "text":
                return new JsonObject { ["text"] = part["text"]?.DeepClone() };
            case "image_url":
                var url = part["image_url"] is JsonObject inner ? inner["url"] : part["image_url"];
                return new JsonObject { ["image"] = new JsonObject { ["url"] = url?.DeepClone() } };
            case "image":
                var image = (JsonObject)part.DeepClone();
                image.Remove("type");
                return new JsonObject { ["image"] = image };
            case var other:
                throw new CliException($"A message part has the type {other ?? "(none)"}; text, image and image_url are known.");
        }
    }
}
