using System.Security.Cryptography;
using System.Text;
using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Admission;

namespace VisionCluster.Gateway.Routing;

/// <summary>
/// A prompt as hashes: a chain over its messages in blocks of text and pictures by key, so that prompts that begin alike have their first
/// blocks in common, as they have their first tokens. The chain starts from the tenant, the model's revision and a secret of this process:
/// nothing of a prompt can be read from it, nor of two tenants compared.
/// </summary>
internal sealed class PromptPrefix
{
    /// <summary>Characters of a block; a part's last one may be shorter.</summary>
    internal const int BlockChars = 256;

    /// <summary>What is behind them tells prompts apart no more.</summary>
    internal const int MaxBlocks = 1_024;

    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);

    private PromptPrefix(UInt128? session, PrefixBlock[] blocks, int tokens, double textTokens, ulong? home) =>
        (Session, Blocks, Tokens, TextTokens, Home) = (session, blocks, tokens, textTokens, home);

    /// <summary>Nothing is known of the prompt.</summary>
    public static PromptPrefix None { get; } = new(null, [], 0, 0, null);

    /// <summary>Names the conversation; null for a single answer.</summary>
    public UInt128? Session { get; }

    /// <summary>The messages at hand, growing; of a later turn of a session they are not the prompt's beginning.</summary>
    public IReadOnlyList<PrefixBlock> Blocks { get; }

    /// <summary>Of the messages at hand, estimated.</summary>
    public int Tokens { get; }

    /// <summary>Of them those of text, by bytes alone: what a <see cref="TokenScale"/> learns from.</summary>
    public double TextTokens { get; }

    /// <summary>
    /// Seed by which all gateways agree on a device for prompts that begin so: that of the first picture, as its encoder is found, or of the
    /// first message. Null where it is too short to matter: gateways must not all send their small talk to one device.
    /// </summary>
    public ulong? Home { get; }

    /// <param name="tenant">Whose.</param>
    /// <param name="sessionId">Empty for a single answer.</param>
    /// <param name="model">Name and revision.</param>
    /// <param name="messages">What is new in the conversation.</param>
    /// <param name="tokensPerImage">Of recent pictures; 0 while unknown.</param>
    /// <param name="scale">The model's <see cref="TokenScale"/>.</param>
    public static PromptPrefix Of(
        string tenant,
        string sessionId,
        (string Name, string Revision) model,
        IEnumerable<ConversationMessage> messages,
        double tokensPerImage,
        double scale = 1)
    {
        var root = Link(default, 'r', HMACSHA256.HashData(Secret, Encoding.UTF8.GetBytes($"{tenant.Length} {tenant} {model.Name}@{model.Revision}")));
        var (key, tokens, texts, blocks) = (root, 0.0, 0.0, new List<PrefixBlock>());
        ulong? home = null;
        foreach (var message in messages)
        {
            key = Link(key, 'm', Encoding.UTF8.GetBytes(message.Role));
            texts += CostEstimator.TokensPerMessage;
            tokens += CostEstimator.TokensPerMessage * scale;
            foreach (var part in message.Parts)
            {
                if (part.ImageKey is { } image)
                {
                    home ??= Rendezvous.Seed(image);
                    Add('i', image, tokensPerImage);
                    continue;
                }

                if (blocks.Count == 0 && part.Text?.Length >= BlockChars)
                    home = Rendezvous.Seed($"{tenant.Length} {tenant} {message.Role} {part.Text}");
                var text = part.Text.AsSpan();
                for (var start = 0; start < text.Length; start += BlockChars)
                {
                    var block = text.Slice(start, Math.Min(BlockChars, text.Length - start));
                    var more = (double)Encoding.UTF8.GetByteCount(block) / CostEstimator.BytesPerToken;
                    texts += more;
                    Add('t', block, more * scale);
                }
            }
        }

        UInt128? session = sessionId.Length > 0 ? Link(root, 's', Encoding.UTF8.GetBytes(sessionId)) : null;
        return new PromptPrefix(session, [.. blocks], (int)tokens, texts, home);

        void Add(char kind, ReadOnlySpan<char> content, double more)
        {
            tokens += more;
            if (blocks.Count == MaxBlocks)
                return;
            key = Link(key, kind, System.Runtime.InteropServices.MemoryMarshal.AsBytes(content));
            blocks.Add(new PrefixBlock(key, (int)tokens));
        }
    }

    private static UInt128 Link(UInt128 before, char kind, ReadOnlySpan<byte> content)
    {
        const int Head = 17;
        Span<byte> input = stackalloc byte[Head + (BlockChars * sizeof(char))];
        if (content.Length > input.Length - Head)
            return Link(before, kind, SHA256.HashData(content));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(input, before);
        input[Head - 1] = (byte)kind;
        content.CopyTo(input[Head..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..(Head + content.Length)], digest);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}
