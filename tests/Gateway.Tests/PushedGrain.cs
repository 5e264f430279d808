using System.Threading.Channels;
using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Tests;

/// <summary>A decoder grain whose silo may lose what it pushes, and may not answer. Of an answer that is known from the beginning.</summary>
internal sealed class PushedGrain(int tokens) : IDecoderGrain
{
    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();

    /// <summary>Positions of reads.</summary>
    public List<int> Reads { get; } = [];

    /// <summary>To Follow.</summary>
    public int Calls { get; private set; }

    public static GenerationAccepted Accepted { get; } = new(3, 0, 0);

    public static GenerationFinished Finished { get; } = new() { End = GenerationEnd.Stop, Text = "." };

    public static GeneratedToken Token(int index) => new(index, 100 + index, $"t{index} ", null, null);

    /// <summary>The reader's next call to Follow.</summary>
    public ValueTask<Call> NextAsync(CancellationToken cancellationToken) => _calls.Reader.ReadAsync(cancellationToken);

    public Task<GenerationChunk> Follow(string requestId, int next, IAnswerSink sink, long reader)
    {
        Calls++;
        var call = new Call(next, sink, reader);
        Assert.True(_calls.Writer.TryWrite(call));
        return call.Reply.Task;
    }

    public Task<GenerationChunk> Read(string requestId, int next)
    {
        Reads.Add(next);
        var from = Math.Max(next, 0);
        return Task.FromResult(new GenerationChunk
        {
            State = GenerationState.Known,
            Accepted = Accepted,
            Tokens = [.. Enumerable.Range(from, tokens - from).Select(Token)],
        });
    }

    public Task<StartReply> Start(GenerateCommand command, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<GenerateCommand?> Attach(string requestId, Guid caller) => throw new NotSupportedException();

    public Task<GenerateCommand?> Recover(string requestId) => throw new NotSupportedException();

    public Task<bool> Cancel(string requestId) => throw new NotSupportedException();

    public Task Abandon(string requestId, Guid caller) => throw new NotSupportedException();

    public Task Release(string requestId, Guid caller) => throw new NotSupportedException();

    /// <summary>A call to Follow, and what comes of it.</summary>
    internal sealed record Call(int Next, IAnswerSink Sink, long Reader)
    {
        public TaskCompletionSource<GenerationChunk> Reply { get; } = new();

        public void PushAccepted() => Push(AnswerPiece.Of(Reader, Accepted));

        public void Push(params int[] indices) => Push([.. indices.Select(index => AnswerPiece.Of(Reader, Token(index)))]);

        public void PushFinished(int tokens) => Push(AnswerPiece.Of(Reader, tokens, Finished));

        public void PushMoved(int tokens, KvTicket? kv) => Push(AnswerPiece.Of(Reader, tokens, new AnswerMove(kv)));

        public void Answer(GenerationState state, params int[] indices) => Answer(state, null, indices);

        public void Answer(GenerationState state, GenerationFinished? finished, params int[] indices) => Reply.SetResult(new GenerationChunk
        {
            State = state,
            Accepted = Accepted,
            Tokens = [.. indices.Select(Token)],
            Finished = finished,
        });

        /// <summary>It goes on elsewhere.</summary>
        public void Answer(KvTicket kv, params int[] indices) => Reply.SetResult(new GenerationChunk
        {
            State = GenerationState.Moved,
            Accepted = Accepted,
            Tokens = [.. indices.Select(Token)],
            Kv = kv,
        });

        private void Push(params AnswerPiece[] pieces) => Assert.True(Sink.Push(new PushedAnswers(pieces)).IsCompletedSuccessfully);
    }
}
