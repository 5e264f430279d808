namespace VisionCluster.Inference.Decoding;

/// <summary>
/// A conversation's hold on KV: what its slot contains. The engine drops the slot when it needs the room (least recently used idle
/// session first), and rebuilds it by prefilling again.
/// </summary>
public sealed class DecodeSession : IDisposable
{
    private readonly DecodeInbox _inbox;

    internal DecodeSession(DecodeInbox inbox) => _inbox = inbox;

    /// <summary>Tokens whose KV is held now; 0 once dropped.</summary>
    public int ResidentTokens => Kv.Tokens;

    internal KvEntry Kv { get; } = new();

    /// <summary>The generation that waits or runs; guarded by the inbox.</summary>
    internal Generation? Current { get; set; }

    /// <summary>Guarded by the inbox.</summary>
    internal bool IsDisposed { get; set; }

    /// <summary>Gives the KV back. A running generation of the session is cancelled.</summary>
    public void Dispose() => _inbox.Close(this);

    internal bool BelongsTo(DecodeInbox inbox) => ReferenceEquals(inbox, _inbox);
}
