using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace VisionCluster.Inference.Decoding;

/// <summary>
/// What a generation that ended unfinished has left in its slot, for an engine where it goes on: there nothing of it is prefilled again.
/// </summary>
/// <param name="Format">Of the bytes: model, precision and layout; see <see cref="IDecoderRunner.KvFormat"/>.</param>
/// <param name="Tokens">From the prompt's first on, answer included.</param>
/// <param name="Digest">SHA-256 of what the tokens are: the bytes serve nothing else.</param>
/// <param name="Blocks">The bytes, <see cref="BlockTokens"/> tokens each, the last of what is left.</param>
public sealed record CarriedKv(string Format, int Tokens, byte[] Digest, IReadOnlyList<byte[]> Blocks)
{
    /// <summary>Tokens of a block.</summary>
    public const int BlockTokens = 64;

    /// <summary>Size of all blocks.</summary>
    public long Bytes => Blocks.Sum(block => (long)block.Length);

    /// <summary>Reads an entry's KV out of its slot; null where the runner cannot, or would exceed the bytes.</summary>
    internal static CarriedKv? Read(IDecoderRunner runner, KvEntry entry, long maxBytes)
    {
        var tokens = Math.Min(entry.Tokens, entry.Identities.Length);
        if (!runner.CanTransfer || runner.KvFormat.Length == 0 || tokens == 0 || tokens * runner.KvBytesPerToken > maxBytes)
            return null;
        var blocks = new byte[(tokens + BlockTokens - 1) / BlockTokens][];
        for (var i = 0; i < blocks.Length; i++)
        {
            var count = Math.Min(BlockTokens, tokens - (i * BlockTokens));
            blocks[i] = GC.AllocateUninitializedArray<byte>(checked((int)(count * runner.KvBytesPerToken)));
            runner.ReadKv(entry.Slot, i * BlockTokens, count, blocks[i]);
        }
        return new CarriedKv(runner.KvFormat, tokens, DigestOf(entry.Identities.AsSpan(0, tokens)), blocks);
    }

    /// <summary>Whether these are the first tokens of a sequence, in a form that the runner knows.</summary>
    internal bool Fits(IDecoderRunner runner, ReadOnlySpan<TokenIdentity> sequence) =>
        runner.CanTransfer
        && Format == runner.KvFormat
        && Tokens > 0
        && Tokens <= sequence.Length
        && Blocks.Count == (Tokens + BlockTokens - 1) / BlockTokens
        && Bytes == Tokens * runner.KvBytesPerToken
        && Digest.AsSpan().SequenceEqual(DigestOf(sequence[..Tokens]));

    /// <summary>Writes whole blocks into a slot, as many as hold its first tokens.</summary>
    internal void Write(IDecoderRunner runner, int slot, int tokens)
    {
        for (var i = 0; i * BlockTokens < tokens; i++)
            runner.WriteKv(slot, i * BlockTokens, Math.Min(BlockTokens, Tokens - (i * BlockTokens)), Blocks[i]);
    }

    private static byte[] DigestOf(ReadOnlySpan<TokenIdentity> identities) => SHA256.HashData(MemoryMarshal.AsBytes(identities));
}
