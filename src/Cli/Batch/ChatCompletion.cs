using System.Text.Json.Nodes;
using VisionCluster.Cli.Client;
using VisionCluster.Cli.Commands;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Batch;

/// <summary>Between OpenAI's chat completions and Generate.</summary>
internal static class ChatCompletion
{
    // Accepted and without effect: who asks, and how an answer would be delivered.
    private static readonly string[] Ignored = ["user", "metadata", "store", "service_tier", "stream_options", "safety_identifier", "prompt_cache_key"];

    /// <exception cref="CliException">A field cannot be honoured.</exception>
    public static GenerateRequest Read(JsonObject body, string folder)
    {
        var request = (JsonObject)body.DeepClone();
        foreach (var field in request.Where(member => member.Value is null).Select(member => member.Key).Concat(Ignored).ToList())
        {
            request.Remove(field);
        }

        Require(request, "n", 1);
        Require(request, "stream", false);
        Rename(request, "max_completion_tokens", "max_tokens");
        var (logProbs, top) = (request["logprobs"]?.GetValue<bool>() ?? false, request["top_logprobs"]?.GetValue<uint>() ?? 0);
        request.Remove("logprobs");
        request.Remove("top_logprobs");
        if (logProbs)
        {
            request["log_probs"] = new JsonObject { ["enabled"] = true, ["top"] = top };
        }

        return RequestFile.Parse(request, folder);
    }

    public static JsonObject Write(string id, Answer answer)
    {
        var usage = answer.Finished.Usage ?? new Usage();
        var prompt = usage.PromptTokens ?? new PromptTokens();
        var choice = new JsonObject
        {
            ["index"] = 0,
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = answer.Text.ToString().TrimStart() },
            ["logprobs"] = answer.Tokens.Any(token => token.HasLogProb)
                ? new JsonObject { ["content"] = new JsonArray([.. answer.Tokens.Select(LogProb)]) } : null,
            ["finish_reason"] = answer.Finished.Reason == Finished.Types.Reason.Length ? "length" : "stop",
        };
        return new JsonObject
        {
            ["id"] = $"chatcmpl-{id}",
            ["object"] = "chat.completion",
            ["created"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["model"] = answer.Accepted.Model,
            ["choices"] = new JsonArray(choice),
            ["usage"] = new JsonObject
            {
                ["prompt_tokens"] = prompt.Total,
                ["completion_tokens"] = usage.GeneratedTokens,
                ["total_tokens"] = prompt.Total + usage.GeneratedTokens,
                ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = prompt.Cached, ["image_tokens"] = prompt.Image },
            },
        };
    }

    private static JsonObject LogProb(Token token) => new()
    {
        ["token"] = token.Text,
        ["logprob"] = token.LogProb,
        ["top_logprobs"] = new JsonArray([.. token.Top.Select(top => new JsonObject { ["token"] = top.Text, ["logprob"] = top.LogProb })]),
    };

    private static void Require<T>(JsonObject request, string field, T value)
    {
        if (request[field] is { } given && !given.GetValue<T>()!.Equals(value))
        {
            throw new CliException($"{field} must be {value} in a batch.");
        }

        request.Remove(field);
    }

    private static void Rename(JsonObject request, string from, string to)
    {
        if (request[from] is { } value)
        {
            request.Remove(from);
            request[to] = value;
        }
    }
}
