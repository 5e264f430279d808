namespace VisionCluster.Inference.Decoding;

/// <summary>One sequence's KV: where it is and which tokens it holds. Changed on the engine's thread only.</summary>
internal sealed class KvEntry
{
    private volatile int _tokens;

    /// <summary>−1 without a slot.</summary>
    public int Slot { get; set; } = -1;

    public SlotUse Use { get; set; }

    /// <summary>Tokens held from position 0 on; read by any thread.</summary>
    public int Tokens
    {
        get => _tokens;
        set => _tokens = value;
    }

    /// <summary>Tokens behind these serve no other prompt, whatever they are.</summary>
    public int ReusableLimit { get; set; } = int.MaxValue;

    /// <summary>Tokens from position 0 on that another prompt may take over.</summary>
    public ReadOnlySpan<TokenIdentity> Reusable => Identities.AsSpan(0, Math.Min(Math.Min(Tokens, ReusableLimit), Identities.Length));

    /// <summary>What the tokens are, at least <see cref="Tokens"/> entries; empty where nobody will ask.</summary>
    public TokenIdentity[] Identities { get; set; } = [];

    /// <summary>Whose prompts may copy from here; null = nobody's.</summary>
    public string? Scope { get; set; }

    /// <summary>The sequence that runs on it; null while idle.</summary>
    public SequenceState? Sequence { get; set; }

    /// <summary>The slot map's clock when it was last used.</summary>
    public long LastUsed { get; set; }

    /// <summary>How many of the held tokens a prompt starts with.</summary>
    public int CommonPrefix(ReadOnlySpan<TokenIdentity> prompt) => Reusable.CommonPrefixLength(prompt);
}
