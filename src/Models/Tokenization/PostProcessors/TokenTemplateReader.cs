using System.Text.Json;

namespace VisionCluster.Models.Tokenization.PostProcessors;

/// <summary>
/// Builds the <c>post_processor</c> of tokenizer.json. Every kind comes down to a template; ByteLevel moves offsets only, which we do not
/// keep. Unknown types are refused by name.
/// </summary>
internal static class TokenTemplateReader
{
    public static TokenTemplate Read(JsonElement root) =>
        (root.Has("post_processor") ? ReadOne(root.Field("post_processor")) : null) ?? TokenTemplate.Plain;

    private static TokenTemplate? ReadOne(JsonElement json) => json.Text("type") switch
    {
        "ByteLevel" => null,
        "TemplateProcessing" => ReadTemplate(json),
        "BertProcessing" => ReadBert(json, separators: 1, typeOfSecond: 1),
        "RobertaProcessing" => ReadBert(json, separators: 2, typeOfSecond: 0),
        "Sequence" => ReadSequence(json),
        var type => throw new ModelException($"The tokenizer's post-processor '{type}' is not supported."),
    };

    private static TokenTemplate? ReadSequence(JsonElement json)
    {
        TokenTemplate? result = null;
        foreach (var step in json.List("processors").Select(ReadOne).Where(step => step is not null))
            result = result is null ? step : throw new ModelException("The tokenizer's post-processor applies two templates.");
        return result;
    }

    private static TokenTemplate ReadBert(JsonElement json, int separators, int typeOfSecond)
    {
        int start = ReadNamedToken(json, "cls"), separator = ReadNamedToken(json, "sep");
        TemplatePiece[] single =
            [TemplatePiece.OfTokens(start, 0), TemplatePiece.OfSequence(0, 0), TemplatePiece.OfTokens(separator, 0)];
        return new TokenTemplate(
            single,
            [
                .. single,
                .. Enumerable.Repeat(TemplatePiece.OfTokens(separator, typeOfSecond), separators - 1),
                TemplatePiece.OfSequence(1, typeOfSecond),
                TemplatePiece.OfTokens(separator, typeOfSecond),
            ]);
    }

    private static int ReadNamedToken(JsonElement json, string name) =>
        json.Field(name) is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2
            && pair[1].TryGetInt32(out var id) && id >= 0 ? id
            : throw JsonFields.WrongKind(json, name, "a token and its id");

    private static TokenTemplate ReadTemplate(JsonElement json)
    {
        var tokens = json.Field("special_tokens");
        return new TokenTemplate(
            [.. json.List("single").Select(piece => ReadPiece(piece, tokens, sequences: 1))],
            [.. json.List("pair").Select(piece => ReadPiece(piece, tokens, sequences: 2))]);
    }

    private static TemplatePiece ReadPiece(JsonElement json, JsonElement tokens, int sequences)
    {
        if (json.Has("SpecialToken"))
        {
            var special = json.Field("SpecialToken");
            var ids = tokens.Field(special.Text("id")).List("ids").Select(id => id.GetInt32()).ToArray();
            return ids.All(id => id >= 0)
                ? new TemplatePiece(-1, ids, special.Number("type_id"))
                : throw new ModelException("The tokenizer's template names a negative id.");
        }

        var sequence = json.Field("Sequence");
        var index = sequence.Text("id") switch
        {
            "A" => 0,
            "B" => 1,
            _ => 2,
        };
        return index < sequences
            ? TemplatePiece.OfSequence(index, sequence.Number("type_id"))
            : throw JsonFields.WrongKind(sequence, "id", "one of the sequences there are");
    }
}
