using System.Diagnostics;
using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.Faults.Tests.Processes;

namespace VisionCluster.Faults.Tests.Streams;

/// <summary>One request's stream, read as a careful client does: it notes every token, every pause, and goes on elsewhere if it may.</summary>
internal sealed class StreamRun
{
    private readonly FaultCluster _cluster;
    private readonly GenerateRequest _request;
    private readonly bool _mayResume;
    private readonly List<Token> _tokens = [];
    private readonly Dictionary<int, TaskCompletionSource> _barriers = [];
    private readonly Lock _lock = new();
    private int _gateway;
    private long _lastSign = Stopwatch.GetTimestamp();
    private Accepted? _accepted;

    private StreamRun(FaultCluster cluster, GenerateRequest request, int gateway, bool mayResume)
    {
        (_cluster, _gateway, _mayResume) = (cluster, gateway, mayResume);
        _request = request.Clone();
        _request.RequestId = "r" + Guid.NewGuid().ToString("N");
        _request.SessionId = request.SessionId.Length > 0 ? "s" + Guid.NewGuid().ToString("N") : "";
        Done = Task.Run(RunAsync);
    }

    /// <summary>The whole answer, or the first thing that a client must not see.</summary>
    public Task<StreamResult> Done { get; }

    /// <summary>Its number of the gateway that it reads from, or read from last.</summary>
    public int Gateway => _gateway;

    /// <summary>The silo where it began; null before.</summary>
    public string? Silo => _accepted?.Silo;

    /// <param name="cluster">Where.</param>
    /// <param name="request">Gets ids of its own.</param>
    /// <param name="gateway">Which gateway first.</param>
    /// <param name="mayResume">Whether losing the gateway is part of the scenario.</param>
    public static StreamRun Start(FaultCluster cluster, GenerateRequest request, int gateway, bool mayResume = false) =>
        new(cluster, request, gateway, mayResume);

    /// <summary>Completes when so many tokens have come.</summary>
    public Task ReachedAsync(int tokens)
    {
        lock (_lock)
        {
            if (_tokens.Count >= tokens || Done.IsCompleted)
                return Task.CompletedTask;
            if (!_barriers.TryGetValue(tokens, out var barrier))
                _barriers[tokens] = barrier = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return barrier.Task;
        }
    }

    private async Task<StreamResult> RunAsync()
    {
        var (longest, resumes) = (TimeSpan.Zero, 0);
        while (true)
        {
            try
            {
                using var call = Call();
                await foreach (var response in call.ResponseStream.ReadAllAsync())
                {
                    var pause = Stopwatch.GetElapsedTime(_lastSign);
                    longest = _tokens.Count > 0 && pause > longest ? pause : longest;
                    _lastSign = Stopwatch.GetTimestamp();
                    _accepted ??= response.Accepted;
                    Take(response.Token);
                    if (response.Finished is { } finished)
                        return new StreamResult([.. _tokens], finished, longest, resumes);
                }

                throw new InvalidOperationException("The stream ended without `finished`.");
            }
            catch (RpcException e) when (_mayResume && e.StatusCode is (StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled))
            {
                resumes++;
                _gateway++;
                await Task.Yield();
            }
        }
    }

    private AsyncServerStreamingCall<GenerateResponse> Call() => _accepted is null
        ? _cluster.Client(_gateway).Generate(_request)
        : _cluster.Client(_gateway).ResumeGeneration(new ResumeGenerationRequest
        {
            RequestId = _request.RequestId,
            SessionId = _request.SessionId,
            NextIndex = (uint)_tokens.Count,
        });

    private void Take(Token? token)
    {
        if (token is null)
            return;
        lock (_lock)
        {
            if (token.Index != _tokens.Count)
                throw new InvalidOperationException($"Token {token.Index} came where {_tokens.Count} was due: lost or repeated.");
            _tokens.Add(token);
            if (_barriers.Remove(_tokens.Count, out var barrier))
                barrier.TrySetResult();
        }
    }
}

/// <summary>A stream that reached its end.</summary>
/// <param name="Tokens">In order, none missing.</param>
/// <param name="Finished">How it ended.</param>
/// <param name="LongestPause">Between two responses, once tokens came.</param>
/// <param name="Resumes">How often the client went to another gateway.</param>
internal sealed record StreamResult(IReadOnlyList<Token> Tokens, Finished Finished, TimeSpan LongestPause, int Resumes)
{
    public string Text => string.Concat(Tokens.Select(t => t.Text)) + Finished.Text;
}
