using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Routing;
using VisionCluster.Grains.Hosting;
using VisionCluster.Silo;

namespace VisionCluster.Gateway.Tests.Placement;

/// <summary>Two silos, a gateway, and sessions that begin with the same long system prompt.</summary>
public sealed class PrefixClusterTests : IAsyncLifetime
{
    private const int Slots = 16;
    private const int Sessions = 12;
    private const int SystemTokens = 1_024; // a byte is a token

    private static readonly string SystemPrompt = new('s', SystemTokens);

    private readonly string _name = $"prefix-{Guid.NewGuid():N}"; // in the engine's metrics
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly MeterListener _meters = new();
    private FakeModelHost _second = null!;
    private IHost _silo = null!;
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        var port = FreePort();
        _server = await TestServer.StartAsync(Model(), silo: o => (o.Name, o.SiloPort) = ("first", port));
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.AddVisionClusterSilo(o => (o.Name, o.PrimarySiloPort, o.DrainTimeout) = ("second", port, TimeSpan.Zero));
        _silo = builder.Build();
        _silo.Services.GetRequiredService<ModelRegistry>().Add(_second = Model());
        await _silo.StartAsync();
        var directory = _server.Services.GetRequiredService<DirectoryWatcher>();
        await Eventually.TrueAsync(() => directory.Current.Find(_name)?.Devices.Count == 2, "the gateway knows both silos' devices");
        Listen();
    }

    public async ValueTask DisposeAsync()
    {
        _meters.Dispose();
        await _second.DisposeAsync();
        using var stop = new CancellationTokenSource(Eventually.Limit);
        await _silo.StopAsync(stop.Token);
        _silo.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task SameSystemPrompt_LittleLoad_LandsWhereItIs()
    {
        var answers = new List<Answer>();
        for (var i = 0; i < Sessions; i++)
            answers.Add(await _server.AskAsync(Ask(i)));

        var most = answers.GroupBy(answer => answer.Accepted.Silo).Max(silo => silo.Count());
        Assert.True(most >= Sessions * 3 / 4, $"Of {Sessions} sessions {most} began on one silo.");
        var hits = answers.Count(answer => answer.Accepted.PromptTokens.Cached >= SystemTokens);
        Assert.True(hits >= Sessions * 3 / 4, $"Of {Sessions} sessions {hits} found the system prompt.");

        Assert.Equal(Sessions, Placed("prefix") + Placed("home") + Placed("load") + Placed("busy"));
        Assert.True(Placed("prefix") >= Sessions * 3 / 4, $"For their prefix {Placed("prefix")} were placed.");
        Assert.Equal(hits, answers.Sum(answer => answer.Accepted.PromptTokens.Cached) / SystemTokens);
        Assert.Equal(answers.Sum(answer => answer.Accepted.PromptTokens.Cached), Count("visioncluster.gateway.prefix.found_tokens"));
        Assert.Equal(answers.Sum(answer => answer.Accepted.PromptTokens.Cached), Count("visioncluster.decode.cached_tokens"));
        Assert.InRange(Count("visioncluster.gateway.prefix.expected_tokens"), hits * SystemTokens * 0.9, hits * SystemTokens * 1.1);
    }

    [Fact]
    public async Task SameSystemPrompt_MuchLoad_Spreads()
    {
        var first = await _server.AskAsync(Ask(0));
        var (holder, other) = first.Accepted.Silo == "first" ? (_server.Model, _second) : (_second, _server.Model);
        holder.Runner.Hold();
        other.Runner.Hold();

        var running = new List<Task<Answer>>();
        for (var i = 1; i <= Slots; i++)
        {
            running.Add(_server.AskAsync(Ask(i)));
            await Eventually.TrueAsync(() => OnBoth() == i + 1, $"{i} answers are at the engines");
        }

        // How early depends on measured rates; half the slots ahead at most, and the holder had the first.
        Assert.InRange(Taken(other), (Slots / 4) - 1, Slots + 1 - (Slots / 4));
        Assert.True(Placed("busy") > 0, "No answer was placed away from the prefix.");
        Assert.True(Placed("prefix") >= Slots / 2, "The first answers were placed where the prefix is.");
        holder.Runner.Release();
        other.Runner.Release();
        Assert.All(await Task.WhenAll(running), answer => Assert.Equal(Finished.Types.Reason.Length, answer.Finished.Reason));

        int OnBoth() => Taken(holder) + Taken(other);
    }

    [Fact]
    public async Task Session_StaysWhereItIs_AndIsCountedThere()
    {
        var first = await _server.AskAsync(Ask(0));
        var second = await _server.AskAsync(Turn(0, "And that?"));

        Assert.Equal(first.Accepted.Silo, second.Accepted.Silo);
        Assert.Equal(1, Placed("session"));
        Assert.True(second.Accepted.PromptTokens.Cached > SystemTokens, "The second turn found the first.");
    }

    private static int Taken(FakeModelHost model) => (int)model.Decoder!.Load.Submitted;

    private static GenerateRequest Turn(int session, string text) => Requests.Ask(text).With(r => r.SessionId = $"s{session}");

    private static GenerateRequest Ask(int session) => Turn(session, $"Question {session}?").With(r =>
    {
        var system = new Message { Role = Message.Types.Role.System };
        system.Parts.Add(Requests.Text(SystemPrompt));
        r.Messages.Insert(0, system);
    });

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private FakeModelHost Model() => new(Slots, 2 * SystemTokens, new Inference.Decoding.DecodeEngineOptions { Model = _name }) { Name = _name };

    private long Count(string name) => _counts.GetValueOrDefault(name);

    private long Placed(string reason) => Count($"visioncluster.gateway.placements/{reason}");

    /// <summary>This gateway's instruments, and the engines' of this model.</summary>
    private void Listen()
    {
        var gateway = _server.Services.GetRequiredService<IMeterFactory>();
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == gateway && instrument.Meter.Name == GatewayMetrics.MeterName)
                listener.EnableMeasurementEvents(instrument);
            else if (instrument.Meter.Name == "VisionCluster.Inference")
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            string? reason = null;
            foreach (var (key, tag) in tags)
            {
                if (key == "model" && tag as string != _name)
                    return;
                reason = key == "reason" ? tag as string : reason;
            }

            _counts.AddOrUpdate(reason is null ? instrument.Name : $"{instrument.Name}/{reason}", value, (_, before) => before + value);
        });
        _meters.Start();
    }
}
