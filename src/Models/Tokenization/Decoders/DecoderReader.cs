using System.Text.Json;
using VisionCluster.Models.Tokenization.Normalizers;
using VisionCluster.Models.Tokenization.Patterns;
using VisionCluster.Models.Tokenization.PreTokenizers;

namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary>Builds the <c>decoder</c> of tokenizer.json; unknown types are refused by name.</summary>
internal static class DecoderReader
{
    public static TokenDecoder Read(JsonElement root) =>
        new(root.Has("decoder") ? [.. ReadSteps(root.Field("decoder"))] : [(next, _) => new JoinStage(next)]);

    private static IEnumerable<Func<DecoderStage, bool, DecoderStage>> ReadSteps(JsonElement json) =>
        json.Text("type") == "Sequence" ? json.List("decoders").SelectMany(ReadSteps) : [ReadOne(json)];

    private static Func<DecoderStage, bool, DecoderStage> ReadOne(JsonElement json)
    {
        switch (json.Text("type"))
        {
            case "ByteLevel":
                return (next, _) => new ByteLevelStage(next);
            case "ByteFallback":
                return (next, eager) => new ByteFallbackStage(next, eager);
            case "Fuse":
                return (next, _) => new FuseStage(next);
            case "Replace":
                return ReadReplace(json);
            case "Strip":
                return ReadStrip(json);
            case "Metaspace":
                var (mark, scheme) = PreTokenizerReader.ReadMetaspace(json);
                return (next, _) => new MetaspaceStage(next, mark, scheme != PrependScheme.Never);
            case "WordPiece":
                var (prefix, cleanUp) = (json.Text("prefix"), json.Flag("cleanup"));
                return (next, _) => new WordPieceStage(next, prefix, cleanUp);
            case "BPEDecoder":
                var suffix = json.Text("suffix") is { Length: > 0 } text ? text : throw JsonFields.WrongKind(json, "suffix", "a suffix");
                return (next, _) => new BpeStage(next, suffix);
            case var type:
                throw new ModelException($"The tokenizer's decoder '{type}' is not supported.");
        }
    }

    private static Func<DecoderStage, bool, DecoderStage> ReadReplace(JsonElement json)
    {
        var pattern = json.ReadPattern();
        var content = json.Text("content");
        if (pattern is LiteralPattern { Literal: [var sought] })
            return (next, _) => new ReplaceUnitStage(next, sought, content);
        var replacement = new ReplaceNormalizer(pattern, content);
        return (next, _) => new ReplacePatternStage(next, replacement);
    }

    private static Func<DecoderStage, bool, DecoderStage> ReadStrip(JsonElement json)
    {
        if (json.Text("content") is not [var stripped])
            throw JsonFields.WrongKind(json, "content", "one character");
        int start = json.Number("start"), stop = json.Number("stop");
        return (next, _) => new StripStage(next, stripped, start, stop);
    }
}
