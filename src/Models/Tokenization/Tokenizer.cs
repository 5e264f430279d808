using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization.Decoders;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization;

/// <summary>
/// Text to token ids and back, exactly as a Hugging Face <c>tokenizer.json</c> says (huggingface/tokenizers is the reference).
/// Immutable after loading; thread-safe.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly string?[] _pieces; // what a token last became in a stream
    private readonly string?[] _displayTexts;

    internal Tokenizer(TokenizerParts parts)
    {
        _parts = parts;
        VocabularySize = parts.HighestId + 1;
        _pieces = new string?[VocabularySize];
        _displayTexts = new string?[VocabularySize];
        PadTokenId = parts.NamedTokens.TryGetValue("pad_token", out var pad) ? TokenToId(pad) : parts.PadId;
    }

    /// <summary>The highest token id plus one.</summary>
    public int VocabularySize { get; }

    /// <summary>What shorter texts are filled with: <c>pad_token</c> of tokenizer_config.json or special_tokens_map.json.</summary>
    public int? PadTokenId { get; }

    /// <summary>Tokens by role (<c>bos_token</c>, <c>eos_token</c>, ...), as the files beside tokenizer.json name them.</summary>
    public IReadOnlyDictionary<string, string> NamedTokens => _parts.NamedTokens;

    /// <summary>Reads tokenizer.json of a checkpoint folder, and the names of special tokens beside it.</summary>
    /// <exception cref="ModelException">A file is missing, malformed, or asks for what is not supported.</exception>
    public static Tokenizer Load(string checkpointFolder) => TokenizerReader.Load(checkpointFolder);

    /// <summary>Reads the UTF-8 text of a tokenizer.json.</summary>
    /// <exception cref="ModelException">It is malformed, or asks for what is not supported.</exception>
    public static Tokenizer Parse(ReadOnlyMemory<byte> tokenizerJson) => TokenizerReader.Parse(tokenizerJson);

    /// <summary>Token ids of trusted text: what spells a special token is that token.</summary>
    public int[] Encode(string text, bool addSpecialTokens = true) => Encode(RenderedPrompt.Trusted(text), addSpecialTokens);

    /// <summary>
    /// Token ids of a prompt. Special tokens are recognised only where no part of them was written by a user; everything else is
    /// tokenised as one text, so the spans do not cut words.
    /// </summary>
    public int[] Encode(RenderedPrompt prompt, bool addSpecialTokens) =>
        _parts.Template.Apply(EncodeBare(prompt).ToArray(), addSpecialTokens);

    /// <summary>Two trusted texts as one sequence, with token types.</summary>
    public EncodedPair EncodePair(string first, string second, bool addSpecialTokens = true) =>
        _parts.Template.Apply(
            [.. EncodeBare(RenderedPrompt.Trusted(first))], [.. EncodeBare(RenderedPrompt.Trusted(second))], addSpecialTokens);

    /// <summary>
    /// Token ids with special tokens, cut to <paramref name="length"/> (the special tokens stay) or padded to it on the right with
    /// <paramref name="padId"/>, by default <see cref="PadTokenId"/>.
    /// </summary>
    public FixedLengthEncoding EncodeFixedLength(RenderedPrompt prompt, int length, int? padId = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, _parts.Template.AddedToSingle);
        var bare = EncodeBare(prompt);
        var kept = Math.Min(bare.Count, length - _parts.Template.AddedToSingle);
        var encoded = _parts.Template.Apply(bare.GetRange(0, kept).ToArray(), addSpecialTokens: true);
        var ids = new int[length];
        var mask = new int[length];
        encoded.CopyTo(ids, 0);
        mask.AsSpan(0, encoded.Length).Fill(1);
        if (encoded.Length < length)
        {
            ids.AsSpan(encoded.Length).Fill(
                padId ?? PadTokenId ?? throw new ModelException("The tokenizer has no pad_token, so texts cannot be padded."));
        }

        return new FixedLengthEncoding(ids, mask);
    }

    /// <inheritdoc cref="EncodeFixedLength(RenderedPrompt, int, int?)"/>
    public FixedLengthEncoding EncodeFixedLength(string text, int length, int? padId = null) =>
        EncodeFixedLength(RenderedPrompt.Trusted(text), length, padId);

    /// <summary>The text of token ids; invalid UTF-8 becomes U+FFFD, unknown ids nothing.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var sink = new TextSink();
        var chain = _parts.Decoder.CreateChain(sink, eager: false);
        foreach (var id in ids)
        {
            if (DecoderTextOf(id, skipSpecialTokens) is { } text)
                chain.Push(text, true, true);
        }

        chain.Flush();
        return sink.Text.ToString();
    }

    /// <summary>Decodes ids as they are generated.</summary>
    public ITokenTextStream CreateTextStream(bool skipSpecialTokens = true) => new TokenTextStream(this, _parts.Decoder, skipSpecialTokens);

    public int? TokenToId(string token) => _parts.AddedTokens.IdOf(token) ?? _parts.Model.Vocabulary.Find(token);

    /// <summary>A token as the vocabulary spells it, or null for an unknown id.</summary>
    public string? IdToToken(int id) => _parts.AddedTokens.ContentOf(id) ?? _parts.Model.Vocabulary.TokenOf(id);

    public bool IsSpecial(int id) => _parts.AddedTokens.IsSpecial(id);

    /// <summary>A token's own text inside a sentence, for display in log-probability lists; parts of characters become U+FFFD.</summary>
    public string TokenText(int id)
    {
        if ((uint)id >= (uint)_displayTexts.Length)
            return "";
        return _displayTexts[id] ??= FindDisplayText(id);
    }

    /// <summary>What decoders see of a token, or null when there is nothing to decode.</summary>
    internal string? DecoderTextOf(int id, bool skipSpecialTokens)
    {
        if (skipSpecialTokens && IsSpecial(id))
            return null;
        return _parts.AddedTokens.DecoderTextOf(id) ?? _parts.Model.Vocabulary.TokenOf(id);
    }

    /// <summary>The text as a string, the same one as last time if it is equal.</summary>
    internal string SharePiece(int id, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return "";
        return _pieces[id] is { } known && text.SequenceEqual(known) ? known : _pieces[id] = text.ToString();
    }

    private List<int> EncodeBare(RenderedPrompt prompt)
    {
        var text = CodePoints.WellFormed(prompt.Text);
        var flags = new TextFlags[text.Length];
        foreach (var span in prompt.UserSpans)
            flags.AsSpan(span.Start, span.Length).Fill(TextFlags.User);
        if (flags.Length > 0)
            flags[0] |= TextFlags.Start;
        return _parts.Encode(text, flags);
    }

    private string FindDisplayText(int id)
    {
        // The second of two equal tokens shows what the token is inside a sentence, where nothing is stripped.
        var once = Decode([id], skipSpecialTokens: false);
        var twice = Decode([id, id], skipSpecialTokens: false);
        return twice.StartsWith(once, StringComparison.Ordinal) ? twice[once.Length..] : once;
    }
}
