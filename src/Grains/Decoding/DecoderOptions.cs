namespace VisionCluster.Grains.Decoding;

/// <summary>Bounds of conversations on a silo.</summary>
public sealed class DecoderOptions
{
    /// <summary>A session unused for so long leaves memory and frees its KV; its record stays. Default 5 minutes.</summary>
    public TimeSpan IdleSessionAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Most messages of one conversation. Default 1,024.</summary>
    public int MaxMessages { get; set; } = 1_024;

    /// <summary>Most images of one conversation. Default 128.</summary>
    public int MaxImages { get; set; } = 128;

    /// <summary>Most characters of one conversation. Default 1,000,000.</summary>
    public int MaxTextChars { get; set; } = 1_000_000;

    /// <summary>Image embeddings kept on this silo for later turns; older ones are asked back. Default 256 MiB.</summary>
    public long EmbeddingPoolBytes { get; set; } = 256L << 20;

    /// <summary>Conversation records kept in the cluster's memory, unless another storage is registered. Default 256 MiB.</summary>
    public long ConversationStoreBytes { get; set; } = 256L << 20;

    /// <summary>
    /// An answer that nobody reads (its gateway died, say) goes on for so long, and waits for a resume; then it is cancelled. Default 15 s.
    /// </summary>
    public TimeSpan ResumeWindow { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Complete answers that wait for a resume; beyond it they are dropped at once. Default 1,024.</summary>
    public int MaxHeldAnswers { get; set; } = 1_024;

    /// <summary>
    /// Grains whose silo this one remembers, the least recently called forgotten first; about 0.3 kB each. Every answer without a session
    /// leaves one. Default 65,536 (Orleans' own is a million).
    /// </summary>
    public int PlaceCacheEntries { get; set; } = 65_536;

    /// <summary>
    /// KV of answers that leave this silo in order, kept until the next silo has taken it; what is beyond it is prefilled again there. 0: all
    /// of it. Default 1 GiB.
    /// </summary>
    public long HandOverBytes { get; set; } = 1L << 30;

    /// <summary>
    /// How long Redis keeps what an answer is made of, and its tokens, from its start or last growth on: with it an answer goes on that was in a
    /// silo and a gateway which died together. At most a day. Default zero: not kept.
    /// </summary>
    public TimeSpan StoredAnswerAge { get; set; }

    /// <summary>
    /// How long Redis keeps an image's embedding, for silos that do not have it: it outlives the silo that computed it. At most 30 days. Default
    /// zero: not kept.
    /// </summary>
    public TimeSpan StoredEmbeddingAge { get; set; }

    /// <summary>Whether Redis is to keep anything of answers or images.</summary>
    internal bool UsesSharedStore => StoredAnswerAge > TimeSpan.Zero || StoredEmbeddingAge > TimeSpan.Zero;

    internal IEnumerable<string> Errors()
    {
        if (StoredAnswerAge < TimeSpan.Zero || StoredAnswerAge > TimeSpan.FromDays(1))
            yield return $"DecoderOptions.StoredAnswerAge must be zero to 1 day; it is {StoredAnswerAge}.";
        if (StoredEmbeddingAge < TimeSpan.Zero || StoredEmbeddingAge > TimeSpan.FromDays(30))
            yield return $"DecoderOptions.StoredEmbeddingAge must be zero to 30 days; it is {StoredEmbeddingAge}.";
        if (HandOverBytes < 0)
            yield return $"DecoderOptions.HandOverBytes must be at least 0; it is {HandOverBytes}.";
        if (PlaceCacheEntries < 1)
            yield return $"DecoderOptions.PlaceCacheEntries must be at least 1; it is {PlaceCacheEntries}.";
        if (IdleSessionAge < TimeSpan.FromSeconds(1))
            yield return $"DecoderOptions.IdleSessionAge must be at least 1 s; it is {IdleSessionAge}.";
        if (ResumeWindow <= TimeSpan.Zero || ResumeWindow > TimeSpan.FromMinutes(10))
            yield return $"DecoderOptions.ResumeWindow must be above zero and at most 10 minutes; it is {ResumeWindow}.";
        if (MaxHeldAnswers < 0)
            yield return $"DecoderOptions.MaxHeldAnswers must be at least 0; it is {MaxHeldAnswers}.";
        if (MaxMessages < 1)
            yield return $"DecoderOptions.MaxMessages must be at least 1; it is {MaxMessages}.";
        if (MaxImages < 0)
            yield return $"DecoderOptions.MaxImages must be at least 0; it is {MaxImages}.";
        if (MaxTextChars < 1)
            yield return $"DecoderOptions.MaxTextChars must be at least 1; it is {MaxTextChars}.";
        if (ConversationStoreBytes < 0)
            yield return $"DecoderOptions.ConversationStoreBytes must be at least 0; it is {ConversationStoreBytes}.";
        if (EmbeddingPoolBytes < 0)
            yield return $"DecoderOptions.EmbeddingPoolBytes must be at least 0; it is {EmbeddingPoolBytes}.";
    }
}
