using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using VisionCluster.Imaging;

namespace VisionCluster.Cli.Tests;

[Collection(nameof(RealCluster))]
public sealed class TraceTests(RealCluster cluster)
{
    private const string Secret = "Tell me about the quetzal";

    [Fact]
    public async Task Generate_PictureNeverSeen_OneTraceWithEveryStage()
    {
        using var traces = new Traces();
        var picture = UnseenPicture();
        var trace = await traces.OfAsync(() => cluster.AnswerAsync(RealCluster.Ask(Secret, picture)));

        var names = trace.Select(a => a.OperationName).ToHashSet();
        Assert.Superset(
            new HashSet<string>
            {
                "generate", "ingest image", "get embedding", "call encoder", "encode image", "wait for worker", "decode image", "preprocess image",
                "queue", "encode", "call decoder", "decode answer", "prefill", "decode",
            },
            names);
        foreach (var activity in trace)
        {
            var parent = trace.SingleOrDefault(a => a.SpanId == activity.ParentSpanId);
            Assert.True(parent is not null || activity.Source.Name == Traces.Server, $"{activity.OperationName} hangs on nothing.");
        }

        var generate = trace.Single(a => a.OperationName == "generate");
        var turn = trace.Single(a => a.OperationName == "decode answer");
        Assert.Equal("emoji-vlm", generate.GetTagItem("gen_ai.request.model"));
        Assert.Equal("stop", turn.GetTagItem("gen_ai.response.finish_reasons"));
        Assert.True((int)turn.GetTagItem("gen_ai.usage.input_tokens")! > 0);
        var stages = trace.Where(a => a.ParentSpanId == turn.SpanId).Aggregate(TimeSpan.Zero, (sum, a) => sum + a.Duration);
        Assert.InRange(stages, TimeSpan.FromTicks(1), turn.Duration);
        Assert.DoesNotContain(trace.SelectMany(a => a.TagObjects), tag => tag.Value is string text && text.Contains("quetzal"));
    }

    [Fact]
    public async Task Generate_PictureSeenBefore_NoEncoderInTheTrace()
    {
        using var traces = new Traces();
        var request = RealCluster.Ask("What is this?", RealCluster.Picture("rocket.png"));
        await cluster.AnswerAsync(request);
        var trace = await traces.OfAsync(() => cluster.AnswerAsync(request));
        Assert.Contains(trace, a => a.OperationName == "get embedding");
        Assert.DoesNotContain(trace, a => a.OperationName is "call encoder" or "encode image");
    }

    [Fact]
    public async Task Generate_BrokenPicture_TheTraceHasTheCodeAndNotTheMessage()
    {
        using var traces = new Traces();
        var trace = await traces.OfAsync(() => Assert.ThrowsAsync<RpcException>(() => cluster.AnswerAsync(RealCluster.Ask(Secret, [1, 2, 3]))));
        var generate = trace.Single(a => a.OperationName == "generate");
        Assert.Equal(ActivityStatusCode.Error, generate.Status);
        Assert.Null(generate.StatusDescription);
        Assert.Equal(nameof(StatusCode.InvalidArgument), generate.GetTagItem("error.type"));
    }

    [Fact]
    public async Task Generate_NobodyListens_NoActivity()
    {
        var seen = 0;
        using var listener = new ActivityListener { ShouldListenTo = s => s.Name.StartsWith("VisionCluster"), ActivityStarted = _ => seen++ };
        ActivitySource.AddActivityListener(listener);
        await cluster.AnswerAsync(RealCluster.Ask("What is this?"));
        Assert.Equal(0, seen);
    }

    private static byte[] UnseenPicture()
    {
        var pixels = new byte[48 * 48 * 3];
        Random.Shared.NextBytes(pixels);
        return PngWriter.Encode(48, 48, pixels);
    }

    /// <summary>Listens to the project's sources, and to the server's calls that join them to the client's trace.</summary>
    private sealed class Traces : IDisposable
    {
        public const string Server = "Microsoft.AspNetCore";
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

        private readonly ConcurrentQueue<Activity> _stopped = new();
        private readonly ConcurrentDictionary<ActivityTraceId, TaskCompletionSource> _calls = new();
        private readonly ActivityListener _listener;

        public Traces()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == Server || source.Name.StartsWith("VisionCluster.", StringComparison.Ordinal),
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = Stopped,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        /// <summary>The trace of the one call that the action makes.</summary>
        public async Task<IReadOnlyList<Activity>> OfAsync(Func<Task> call)
        {
            using var client = new Activity("client").Start(); // its context goes with the call
            await call();
            try
            {
                await Call(client.TraceId).Task.WaitAsync(Patience); // the server's activity ends after the client has its last message
            }
            catch (TimeoutException)
            {
                Assert.Fail("The server's activity of the call did not end.");
            }

            return [.. _stopped.Where(a => a.TraceId == client.TraceId)];
        }

        public void Dispose() => _listener.Dispose();

        private TaskCompletionSource Call(ActivityTraceId trace) =>
            _calls.GetOrAdd(trace, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

        private void Stopped(Activity activity)
        {
            _stopped.Enqueue(activity);
            if (activity.Source.Name == Server)
            {
                Call(activity.TraceId).TrySetResult();
            }
        }
    }
}
