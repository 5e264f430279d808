using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Bench.Scale;

/// <summary>A client of one gateway, over gRPC like any other.</summary>
internal sealed class ScaleClient : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly VisionService.VisionServiceClient _client;

    public ScaleClient(string endpoint)
    {
        // A gateway takes so many calls of a connection; thousands need several.
        _channel = GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
        });
        _client = new VisionService.VisionServiceClient(_channel);
    }

    /// <summary>Returns when the gateway at the end point lists so many devices.</summary>
    public static async Task WaitForDevicesAsync(string endpoint, int devices, CancellationToken cancellationToken)
    {
        using var client = new ScaleClient(endpoint);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            var models = await client._client.ListModelsAsync(new ListModelsRequest(), cancellationToken: cancellationToken);
            if (models.Models.Sum(model => model.Devices.Count) == devices)
                return;
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    /// <summary>One turn of a conversation, to its end.</summary>
    /// <param name="sessionId">Empty for a single answer.</param>
    /// <param name="text">What is asked.</param>
    /// <param name="picture">A file, or null.</param>
    /// <param name="outputTokens">Exactly so many come.</param>
    /// <param name="onToken">Called with each token.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RpcException">It was refused, or failed.</exception>
    public async Task<ScaleAnswer> AskAsync(
        string sessionId, string text, byte[]? picture, int outputTokens, Action? onToken, CancellationToken cancellationToken)
    {
        var message = new Message { Role = Message.Types.Role.User };
        if (picture is not null)
            message.Parts.Add(new Part { Image = new Image { Data = UnsafeByteOperations.UnsafeWrap(picture) } });
        message.Parts.Add(new Part { Text = text });
        var request = new GenerateRequest
        {
            SessionId = sessionId,
            Messages = { message },
            Stopping = new Stopping { MaxTokens = (uint)outputTokens, IgnoreEos = true },
        };
        var (sent, answer, ids, words) = (Stopwatch.GetTimestamp(), new ScaleAnswer(), new List<int>(outputTokens), new List<string>(outputTokens));
        using var call = _client.Generate(request, cancellationToken: cancellationToken);
        await foreach (var response in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            switch (response.EventCase)
            {
                case GenerateResponse.EventOneofCase.Accepted:
                    answer = answer with { Silo = response.Accepted.Silo };
                    break;
                case GenerateResponse.EventOneofCase.Token:
                    if (ids.Count == 0)
                        answer = answer with { FirstToken = Stopwatch.GetElapsedTime(sent) };
                    ids.Add((int)response.Token.Id);
                    words.Add(response.Token.Text);
                    onToken?.Invoke();
                    break;
                case GenerateResponse.EventOneofCase.Finished:
                    answer = answer with
                    {
                        NewPromptTokens = (int)(response.Finished.Usage.PromptTokens.Total - response.Finished.Usage.PromptTokens.Cached),
                        PromptTokens = (int)response.Finished.Usage.PromptTokens.Total,
                        ImagesEncoded = (int)response.Finished.Usage.ImagesEncoded,
                        Text = string.Concat(words) + response.Finished.Text,
                    };
                    break;
            }
        }

        return answer with { TokenIds = ids };
    }

    public void Dispose() => _channel.Dispose();
}
