using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using VisionCluster.Grains.Decoding;
using VisionCluster.Grains.Diagnostics;

namespace VisionCluster.Grains.Tests;

/// <summary>What a log pushes, and what it tells a reader who asks.</summary>
public sealed class AnswerLogTests : IDisposable
{
    private const long Reader = 5;

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly HeldSink _sink = new();
    private readonly AnswerPublisher _publisher;
    private readonly AnswerLog _log = new([]);

    public AnswerLogTests() => _publisher = new AnswerPublisher(
        new GrainMetrics(_services.GetRequiredService<IMeterFactory>()), NullLogger<AnswerPublisher>.Instance);

    public void Dispose()
    {
        _sink.Release();
        _services.Dispose();
    }

    [Fact]
    public async Task Push_FromTheBeginning_SendsEverythingInOrderAndOnce()
    {
        using var pushed = _log.Push(_publisher, From(AnswerLog.BeforeAccepted));
        _log.Accept(new GenerationAccepted(3, 0, 0));
        Grow(2);
        Grow(1);
        _log.Finish(new GenerationFinished { End = GenerationEnd.Stop });
        _log.Flush(); // nothing is new

        await SentAsync(5);

        Assert.NotNull(_sink.Pieces[0].Accepted);
        Assert.Equal([0, 1, 2], _sink.Pieces.Skip(1).Take(3).Select(piece => piece.Token!.Index));
        Assert.Equal((3, GenerationEnd.Stop), (_sink.Pieces[4].Position, _sink.Pieces[4].Finished!.End));
        Assert.All(_sink.Pieces, piece => Assert.Equal(Reader, piece.Reader));
        Assert.False(pushed.Ended.IsCompleted); // until its reader has said that it has the end
    }

    [Fact]
    public async Task Push_FromAPosition_SendsWhatIsThereFromItOn()
    {
        _log.Accept(new GenerationAccepted(3, 0, 0));
        Grow(6);

        using var pushed = _log.Push(_publisher, From(4));
        Grow(1);

        await SentAsync(3);
        Assert.Equal([4, 5, 6], _sink.Pieces.Select(piece => piece.Position));
    }

    [Fact]
    public async Task Push_ReaderBehindByAWindow_EndsAndGoesOnWithItsNextCall()
    {
        _log.Accept(new GenerationAccepted(3, 0, 0));
        using (var first = _log.Push(_publisher, From(0)))
        {
            Grow(PushedReader.Window);
            Assert.False(first.Ended.IsCompleted);
            Grow(3);
            Assert.True(first.Ended.IsCompleted);
        }

        await SentAsync(PushedReader.Window);
        using var second = _log.Push(_publisher, From(PushedReader.Window));

        await SentAsync(PushedReader.Window + 3);
        Assert.Equal(Enumerable.Range(0, PushedReader.Window + 3), _sink.Pieces.Select(piece => piece.Position));
    }

    [Fact]
    public async Task Push_OutboxFull_TheRestFollowsWhenThereIsRoom()
    {
        _sink.Hold();
        var outbox = _publisher.Open(_sink);
        Assert.True(outbox.TryAdd(default));
        await _sink.Sending.Within("a message is being sent");
        for (var i = 0; i < AnswerOutbox.Capacity - 1; i++)
            Assert.True(outbox.TryAdd(default));
        _log.Accept(new GenerationAccepted(3, 0, 0));
        using var pushed = _log.Push(_publisher, From(0));
        Grow(3); // room for the first

        _sink.Release();
        await SentAsync(AnswerOutbox.Capacity + 1);
        Grow(1);

        await SentAsync(AnswerOutbox.Capacity + 4);
        Assert.Equal([0, 1, 2, 3], _sink.Pieces.Where(piece => piece.Reader == Reader).Select(piece => piece.Position));
    }

    [Fact]
    public void Push_AnswerMovesOrIsForgotten_Ends()
    {
        using var before = _log.Push(_publisher, From(0));
        _log.Move();
        using var after = _log.Push(_publisher, From(0));

        Assert.True(before.Ended.IsCompleted && after.Ended.IsCompleted);
    }

    [Fact]
    public async Task Push_AnswerMoves_SaysSoBehindItsTokens()
    {
        var kv = new KvTicket("silo", Guid.NewGuid(), 100);
        using var before = _log.Push(_publisher, From(AnswerLog.BeforeAccepted));
        _log.Accept(new GenerationAccepted(3, 0, 0));
        Grow(2);
        _log.Move(kv);
        using var after = _log.Push(_publisher, From(2));

        await SentAsync(5);
        Assert.Equal([0, 1], _sink.Pieces.Where(piece => piece.Token is not null).Select(piece => piece.Position));
        Assert.Equal([(2, kv), (2, kv)], _sink.Pieces.Where(piece => piece.Moved is not null).Select(piece => (piece.Position, piece.Moved!.Kv!)));
    }

    [Fact]
    public void TryRead_UpToAPosition_LeavesTheRestAndTheEnd()
    {
        _log.Accept(new GenerationAccepted(3, 0, 0));
        Grow(5);
        _log.Finish(new GenerationFinished { End = GenerationEnd.Stop });

        var chunk = _log.TryRead(1, 3)!;

        Assert.Equal([1, 2], chunk.Tokens.Select(token => token.Index));
        Assert.Null(chunk.Finished);
        Assert.NotNull(_log.TryRead(1, 5)!.Finished);
        Assert.Empty(_log.TryRead(4, 2)!.Tokens);
    }

    private AnswerReader From(int next) => new(_sink, Reader, next);

    private void Grow(int tokens)
    {
        for (var i = 0; i < tokens; i++)
            _log.Append(new GeneratedToken(_log.Count, 7, "x", null, null));
        _log.Flush();
    }

    private Task SentAsync(int pieces) => Eventually.TrueAsync(() => _sink.Pieces.Count == pieces, $"{pieces} pieces are sent");
}
