namespace VisionCluster.Inference.Decoding;

/// <summary>
/// A conversation's hold on KV: what its slot contains. The engine drops the slot when it needs the room (least recently used idle
/// session first), and rebuilds it by prefilling again.
/// </summary>
public sealed class DecodeSession : IDisposable
{
    /// <summary>Tokens whose KV is held now; 0 once dropped.</summary>
    public int ResidentTokens => throw new NotImplementedException();

    /// <summary>Gives the KV back. A running generation of the session is cancelled.</summary>
    public void Dispose() => throw new NotImplementedException();
}
