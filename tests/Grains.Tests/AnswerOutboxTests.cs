using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using VisionCluster.Grains.Decoding;
using VisionCluster.Grains.Diagnostics;

namespace VisionCluster.Grains.Tests;

public sealed class AnswerOutboxTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly HeldSink _sink = new();
    private readonly AnswerPublisher _publisher;
    private readonly AnswerOutbox _outbox;

    public AnswerOutboxTests()
    {
        _publisher = new AnswerPublisher(
            new GrainMetrics(_services.GetRequiredService<IMeterFactory>()), NullLogger<AnswerPublisher>.Instance);
        _outbox = _publisher.Open(_sink);
    }

    public void Dispose()
    {
        _sink.Release();
        _services.Dispose();
    }

    [Fact]
    public async Task TryAdd_Idle_SendsAtOnce()
    {
        Assert.True(_outbox.TryAdd(Piece(1, 0)));
        await SentAsync(1);

        Assert.True(_outbox.TryAdd(Piece(1, 1)));
        await SentAsync(2);

        Assert.Equal([1, 1], _sink.Messages.Select(pieces => pieces.Length));
    }

    [Fact]
    public async Task TryAdd_WhileOneIsSent_AnswersShareTheNextMessage()
    {
        _sink.Hold();
        Assert.True(_outbox.TryAdd(Piece(0, 0)));
        await _sink.Sending.Within("the first message is being sent");

        for (var step = 0; step < 4; step++)
        {
            for (var answer = 1; answer <= 16; answer++)
                Assert.True(_outbox.TryAdd(Piece(answer, step)));
        }

        _sink.Release();
        await SentAsync(1 + (4 * 16));
        Assert.Equal([1, 4 * 16], _sink.Messages.Select(pieces => pieces.Length));
        Assert.All(
            _sink.Messages[1].GroupBy(piece => piece.Reader), answer => Assert.Equal([0, 1, 2, 3], answer.Select(piece => piece.Position)));
    }

    [Fact]
    public void Stepped_MoreFollowed_OneMessageWithAllOfTheStep()
    {
        for (var answer = 0; answer < 16; answer++)
            Assert.True(_outbox.TryAdd(Piece(answer, 0), more: true));
        Assert.Empty(_sink.Messages);

        _publisher.Stepped();
        _publisher.Stepped(); // which brought nothing

        Assert.Equal(16, Assert.Single(_sink.Messages).Length);
    }

    [Fact]
    public void Close_InTheMiddleOfAStep_SendsWhatIsThere()
    {
        Assert.True(_outbox.TryAdd(Piece(1, 0), more: true));

        _publisher.Close(_sink);
        _publisher.Stepped();

        Assert.Single(Assert.Single(_sink.Messages));
    }

    [Fact]
    public async Task TryAdd_BesideAStep_TakesWhatIsThereAlong()
    {
        Assert.True(_outbox.TryAdd(Piece(1, 0), more: true));

        Assert.True(_outbox.TryAdd(Piece(2, 0)));

        await SentAsync(2);
    }

    [Fact]
    public async Task TryAdd_Full_IsRefusedAndWhatWasTakenIsSentInBoundedMessages()
    {
        _sink.Hold();
        Assert.True(_outbox.TryAdd(Piece(1, 0)));
        await _sink.Sending.Within("the first message is being sent");

        for (var i = 1; i <= AnswerOutbox.Capacity; i++)
            Assert.True(_outbox.TryAdd(Piece(1, i)));
        Assert.False(_outbox.TryAdd(Piece(1, AnswerOutbox.Capacity + 1)));

        _sink.Release();
        await SentAsync(1 + AnswerOutbox.Capacity);
        Assert.All(_sink.Messages, pieces => Assert.True(pieces.Length <= AnswerOutbox.MaxPieces));
        Assert.True(_outbox.TryAdd(Piece(1, 0))); // there is room again
    }

    [Fact]
    public async Task TryAdd_MessageFails_TheNextOneIsSent()
    {
        _sink.Failure = new InvalidOperationException("The gateway is gone.");
        Assert.True(_outbox.TryAdd(Piece(1, 0)));
        await Eventually.TrueAsync(() => _sink.Failure is null, "the message fails");

        Assert.True(_outbox.TryAdd(Piece(1, 1)));

        await SentAsync(1);
        Assert.Equal(1, Assert.Single(_sink.Pieces).Position);
    }

    [Fact]
    public void Close_LastReader_TheGatewayIsForgotten()
    {
        Assert.Same(_outbox, _publisher.Open(_sink));
        _publisher.Close(_sink);
        Assert.Equal(1, _publisher.Count);

        _publisher.Close(_sink);

        Assert.Equal(0, _publisher.Count);
    }

    private static AnswerPiece Piece(long reader, int index) => AnswerPiece.Of(reader, new GeneratedToken(index, 7, "x", null, null));

    private Task SentAsync(int pieces) => Eventually.TrueAsync(() => _sink.Pieces.Count == pieces, $"{pieces} pieces are sent");
}
