using VisionCluster.Models.Compilation;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Inference.Onnx;

/// <summary>Texts as a text encoder takes them: special tokens added, cut to the position table, padded to the longest or to the table.</summary>
internal static class TextBatchBuilder
{
    public static TextBatch Build(Tokenizer tokenizer, TextEncoderManifest manifest, IReadOnlyList<RenderedPrompt> texts)
    {
        var rows = texts.Select(text => tokenizer.Encode(text, addSpecialTokens: true)).ToArray();
        var tokens = manifest.PadToMaxTokens ? manifest.MaxTokens : Math.Clamp(rows.Max(row => row.Length), 1, manifest.MaxTokens);
        var padded = texts.Select(text => tokenizer.EncodeFixedLength(text, tokens, tokenizer.PadTokenId ?? 0)).ToArray();
        return new TextBatch(
            texts.Count,
            tokens,
            [.. padded.SelectMany(text => text.Ids).Select(id => (long)id)],
            [.. padded.SelectMany(text => text.AttentionMask)],
            new long[texts.Count * tokens]);
    }

    /// <summary>One pair of trusted texts with its token types.</summary>
    public static TextBatch BuildPair(Tokenizer tokenizer, string first, string second)
    {
        var pair = tokenizer.EncodePair(first, second);
        return new TextBatch(
            1,
            pair.Ids.Length,
            [.. pair.Ids.Select(id => (long)id)],
            [.. Enumerable.Repeat(1, pair.Ids.Length)],
            [.. pair.TypeIds.Select(id => (long)id)]);
    }
}
