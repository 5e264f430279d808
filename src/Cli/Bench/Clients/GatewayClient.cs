using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Bench.Clients;

/// <summary>Over gRPC through gateway and grains, as any client.</summary>
internal sealed class GatewayClient(string endpoint, string? key = null, TimeSpan? deadline = null) : IBenchClient, IDisposable
{
    private const string RetryAfter = "retry-after-ms";

    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
    });
    private readonly Metadata? _headers = key is null ? null : new Metadata { { "authorization", "Bearer " + key } };

    public async Task<RequestTrace> RunAsync(BenchRequest request, CancellationToken cancellationToken)
    {
        var (sent, arrivals, ids) = (Stopwatch.GetTimestamp(), new List<long>(request.OutputTokens), new List<int>(request.OutputTokens));
        var finished = new Finished();
        using var call = new VisionService.VisionServiceClient(_channel).Generate(ToProto(request), _headers, cancellationToken: cancellationToken);
        try
        {
            // A refusal is all in its headers, and without a session nothing else says when to come back: no exception has to be thrown for it,
            // which is a good part of what being refused costs a client that shares the server's cores.
            if ((await call.ResponseHeadersAsync).GetValue(RetryAfter) is not null)
                return Ended(RequestOutcome.Refused);
            await foreach (var response in call.ResponseStream.ReadAllAsync(CancellationToken.None))
            {
                if (response.EventCase == GenerateResponse.EventOneofCase.Token)
                {
                    arrivals.Add(Stopwatch.GetTimestamp());
                    ids.Add((int)response.Token.Id);
                    request.OnToken?.Invoke(arrivals.Count);
                }

                finished = response.Finished ?? finished;
            }
        }
        catch (RpcException e) when (OutcomeOf(e.StatusCode) is { } outcome)
        {
            return Ended(outcome);
        }

        return new RequestTrace(RequestOutcome.Finished, sent, arrivals, ids)
        {
            PromptTokens = (int)(finished.Usage?.PromptTokens?.Total ?? 0),
            CachedTokens = (int)(finished.Usage?.PromptTokens?.Cached ?? 0),
            Queued = TimeSpan.FromMilliseconds(finished.Timings?.QueueMs ?? 0),
        };

        RequestTrace Ended(RequestOutcome outcome) => new(outcome, sent, arrivals, ids)
        {
            RefusedAfterMs = outcome == RequestOutcome.Refused ? Stopwatch.GetElapsedTime(sent).TotalMilliseconds : null,
        };
    }

    public void Dispose() => _channel.Dispose();

    private static RequestOutcome? OutcomeOf(StatusCode status) => status switch
    {
        StatusCode.Cancelled => RequestOutcome.Cancelled,
        StatusCode.ResourceExhausted => RequestOutcome.Refused,
        StatusCode.DeadlineExceeded => RequestOutcome.Late,
        _ => null,
    };

    private GenerateRequest ToProto(BenchRequest request)
    {
        var (text, picture) = request.Prompt as BenchPrompt.Message ?? throw new NotSupportedException("The gateway takes messages, not token ids.");
        var message = new Message { Role = Message.Types.Role.User };
        if (picture is not null)
        {
            message.Parts.Add(new Part { Image = new Image { Data = UnsafeByteOperations.UnsafeWrap(picture) } });
        }

        message.Parts.Add(new Part { Text = text });
        return new GenerateRequest
        {
            Messages = { message },
            DeadlineMs = (uint)(deadline?.TotalMilliseconds ?? 0),
            Stopping = new Stopping { MaxTokens = (uint)request.OutputTokens, IgnoreEos = true },
        };
    }
}
