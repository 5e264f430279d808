using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Bench;

/// <summary>Over gRPC through gateway and grains, as any client.</summary>
internal sealed class GatewayClient(string endpoint) : IBenchClient, IDisposable
{
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(endpoint);

    public async Task<TimeSpan> GenerateAsync(string text, byte[]? image, int tokens)
    {
        var start = Stopwatch.GetTimestamp();
        var message = new Message { Role = Message.Types.Role.User };
        if (image is not null)
        {
            message.Parts.Add(new Part { Image = new Image { Data = UnsafeByteOperations.UnsafeWrap(image) } });
        }

        message.Parts.Add(new Part { Text = text });
        var client = new VisionService.VisionServiceClient(_channel);
        using var call = client.Generate(new GenerateRequest
        {
            Messages = { message },
            Stopping = new Stopping { MaxTokens = (uint)tokens, IgnoreEos = true },
        });
        var first = TimeSpan.Zero;
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            if (first == TimeSpan.Zero && response.EventCase == GenerateResponse.EventOneofCase.Token)
            {
                first = Stopwatch.GetElapsedTime(start);
            }
        }

        return first;
    }

    public void Dispose() => _channel.Dispose();
}
