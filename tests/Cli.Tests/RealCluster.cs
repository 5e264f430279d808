using System.Diagnostics.Metrics;
using Grpc.Core;
using Grpc.Net.Client;
using VisionCluster.Cli.Hosting;
using VisionCluster.Contracts.V1;
using VisionCluster.Inference;
using VisionCluster.Inference.Decoding;
using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

/// <summary>The embedded models behind silo and gateway in this process, started once for all tests, and a gRPC client of it.</summary>
public sealed class RealCluster : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly MeterListener _meters = new();
    private int _encodes;
    private LocalCluster? _cluster;
    private GrpcChannel? _channel;

    internal VisionService.VisionServiceClient Client { get; private set; } = null!;

    internal string Address => _cluster!.Endpoint;

    internal DecodeEngine Engine => _cluster!.Models[0].Decoder!;

    /// <summary>Tiles that this process's vision encoders have run.</summary>
    internal int Encodes => Volatile.Read(ref _encodes);

    public async ValueTask InitializeAsync()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "visioncluster.encode.batch_tiles")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<int>((_, tiles, _, _) => Interlocked.Add(ref _encodes, tiles));
        _meters.Start();
        _cluster = await LocalCluster.StartAsync(
            [Fixtures.EmojiVlm, Fixtures.EmojiSiglip], new ModelHostOptions(), gateway => gateway.GrpcPort = 0, handleSignals: false, new Progress<string>(), default);
        _channel = GrpcChannel.ForAddress(_cluster.Endpoint);
        Client = new VisionService.VisionServiceClient(_channel);
    }

    public async ValueTask DisposeAsync()
    {
        _meters.Dispose();
        _channel?.Dispose();
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    internal static byte[] Picture(string name) => File.ReadAllBytes(Path.Combine(Fixtures.EmojiVlm, "samples", name));

    internal static GenerateRequest Ask(string text, params byte[][] pictures)
    {
        var message = new Message { Role = Message.Types.Role.User };
        message.Parts.AddRange(pictures.Select(picture => new Part { Image = new Image { Data = Google.Protobuf.ByteString.CopyFrom(picture) } }));
        message.Parts.Add(new Part { Text = text });
        return new GenerateRequest { Messages = { message } };
    }

    internal async Task<RealAnswer> AnswerAsync(GenerateRequest request)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var call = Client.Generate(request, cancellationToken: limit.Token);
        var (text, ids, accepted, finished) = ("", new List<uint>(), new Accepted(), new Finished());
        await foreach (var response in call.ResponseStream.ReadAllAsync(limit.Token))
        {
            accepted = response.Accepted ?? accepted;
            finished = response.Finished ?? finished;
            text += response.Token?.Text + response.Finished?.Text;
            if (response.Token is { } token)
            {
                ids.Add(token.Id);
            }
        }

        return new RealAnswer(text.Trim(), ids, accepted, finished);
    }

    /// <summary>Waits until no sequence runs or waits: everything that was taken has been given back.</summary>
    internal async Task SlotsAreFreeAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (Engine.Status is not { Running: 0, Waiting: 0 })
        {
            Assert.False(limit.IsCancellationRequested, $"The slots were not given back: {Engine.Status}.");
            await timer.WaitForNextTickAsync();
        }

        var status = Engine.Status;
        Assert.Equal(status.Slots, status.SlotsFree + status.SlotsIdle);
    }
}

internal sealed record RealAnswer(string Text, IReadOnlyList<uint> Ids, Accepted Accepted, Finished Finished);

/// <summary>Tests of this collection share the cluster and run one after another.</summary>
[CollectionDefinition(nameof(RealCluster))]
public sealed class RealClusterCollection : ICollectionFixture<RealCluster>;
