using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.Faults.Tests.Processes;

namespace VisionCluster.Faults.Tests.Streams;

/// <summary>A conversation, turn by turn.</summary>
internal sealed class Chat(FaultCluster cluster)
{
    private const uint Tokens = 24;
    private const int MaxAttempts = 3;
    private readonly string _session = "s" + Guid.NewGuid().ToString("N");

    /// <summary>Where the last answer was computed.</summary>
    public string Silo { get; private set; } = "";

    /// <summary>As clients do, asks again where a server did not answer: such a turn never happened.</summary>
    /// <returns>What depends on everything that was said before: the prompt's tokens, and the answer.</returns>
    public async Task<(uint PromptTokens, string Answer)> AskAsync(string question)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await AskOnceAsync(question);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable && attempt < MaxAttempts)
            {
                // A silo died a moment ago, on a machine that is busy with other tests.
            }
        }
    }

    private async Task<(uint PromptTokens, string Answer)> AskOnceAsync(string question)
    {
        var request = new GenerateRequest
        {
            SessionId = _session,
            Messages = { new Message { Role = Message.Types.Role.User, Parts = { new Part { Text = question } } } },
            Stopping = new Stopping { MaxTokens = Tokens, IgnoreEos = true },
        };
        using var call = cluster.Client(0).Generate(request);
        var answer = "";
        var prompt = 0u;
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            Silo = response.Accepted?.Silo ?? Silo;
            prompt = response.Accepted?.PromptTokens.Total ?? prompt;
            answer += (response.Token?.Text ?? "") + (response.Finished?.Text ?? "");
        }

        return (prompt, answer);
    }
}
