using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using VisionCluster.Fakes;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

/// <summary>Messages that answers take in a real cluster.</summary>
public sealed class PushTests
{
    private const int Answers = 16;
    private const int Tokens = 64;

    [Fact]
    public async Task Generate_ManyAnswers_ShareMessagesAndAreNotRead()
    {
        await using var server = await TestServer.StartAsync(new FakeModelHost(slots: Answers));
        var factory = server.Services.GetRequiredService<IMeterFactory>();
        long pushes = 0, pieces = 0, reads = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Scope == factory && instrument.Name.Contains("answers", StringComparison.Ordinal))
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            switch (instrument.Name)
            {
                case "visioncluster.answers.pushes":
                    Interlocked.Add(ref pushes, value);
                    break;
                case "visioncluster.answers.pushed_pieces":
                    Interlocked.Add(ref pieces, value);
                    break;
                case "visioncluster.gateway.answers.reads":
                    Interlocked.Add(ref reads, value);
                    break;
            }
        });
        listener.Start();
        server.Model.Runner.Hold();
        var asking = Enumerable.Range(0, Answers)
            .Select(i => server.AskAsync(Ask($"Question {i}").With(r => (r.Stopping.MaxTokens, r.Stopping.IgnoreEos) = (Tokens, true)))).ToList();
        await server.RunningAsync(Answers);
        server.Model.Runner.Release();
        var answers = await Task.WhenAll(asking);

        Assert.All(answers, answer => Assert.Equal(Tokens, answer.Ids.Count()));
        Assert.True(pieces >= Answers * (Tokens + 2), $"{pieces} pieces"); // with beginning and end
        Assert.True(pushes < Answers * Tokens / 2, $"{pushes} messages for {Answers * Tokens} tokens");
        Assert.Equal(0, reads);
    }
}
