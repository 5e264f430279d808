using System.Text.Json;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Tokenization;

/// <summary>Every tokenizer folder of the fixtures, against what the tokenizers library says.</summary>
[Trait("Category", "Golden")]
public sealed class TokenizerGoldenTests
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static TheoryData<string> Folders => Names("tokenizers", HasExpectations);

    public static TheoryData<string> FamilyFolders => Names("families", folder => File.Exists(Path.Combine(folder, "tokenizer.json")));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void Encode_EveryText_GivesTheLibrarysIds(string folder)
    {
        var (tokenizer, expected) = Open(folder);
        var report = new DifferenceReport(folder);
        if (expected.VocabSize is { } size)
            report.Compare("vocabulary size", "count", [size], [tokenizer.VocabularySize]);
        foreach (var text in expected.Cases)
        {
            report.Compare(text.Label, "ids", text.Ids, tokenizer.Encode(text.Text));
            report.Compare(text.Label, "idsBare", text.IdsBare, tokenizer.Encode(text.Text, addSpecialTokens: false));
            report.Compare(
                text.Label, "idsSpecialAsText", text.IdsSpecialAsText, tokenizer.Encode(RenderedPrompt.FromUser(text.Text), false));
        }

        report.AssertEmpty();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void Decode_EveryText_GivesTheLibrarysText(string folder)
    {
        var (tokenizer, expected) = Open(folder);
        var report = new DifferenceReport(folder);
        foreach (var text in expected.Cases.Where(text => text.Ids is not null))
        {
            report.Compare(text.Label, "decoded", text.Decoded, tokenizer.Decode(text.Ids, skipSpecialTokens: false));
            report.Compare(text.Label, "decodedNoSpecial", text.DecodedNoSpecial, tokenizer.Decode(text.Ids, skipSpecialTokens: true));
        }

        for (var i = 0; i < expected.DecodeOnly.Count; i++)
        {
            var ids = expected.DecodeOnly[i];
            report.Compare($"decodeOnly {i}", "decoded", ids.Decoded, tokenizer.Decode(ids.Ids, skipSpecialTokens: false));
            report.Compare($"decodeOnly {i}", "decodedNoSpecial", ids.DecodedNoSpecial, tokenizer.Decode(ids.Ids, skipSpecialTokens: true));
        }

        report.AssertEmpty();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void TextStream_EveryText_EmitsEveryCompleteCharacterAtOnce(string folder)
    {
        var (tokenizer, expected) = Open(folder);
        var report = new DifferenceReport(folder);
        foreach (var text in expected.Cases.Where(text => text is { IdsBare: not null, Pieces: not null }))
        {
            var stream = tokenizer.CreateTextStream();
            report.Compare(text.Label, "pieces", text.Pieces, text.IdsBare!.Select(stream.Append).ToArray());
            report.Compare(text.Label, "rest", "", stream.Complete());
        }

        report.AssertEmpty();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void EncodePair_EveryPair_GivesTheLibrarysIdsAndTypes(string folder)
    {
        var (tokenizer, expected) = Open(folder);
        var report = new DifferenceReport(folder);
        foreach (var pair in expected.Pairs)
        {
            var encoded = tokenizer.EncodePair(pair.First, pair.Second);
            report.Compare($"{pair.First} + {pair.Second}", "ids", pair.Ids, encoded.Ids);
            report.Compare($"{pair.First} + {pair.Second}", "typeIds", pair.TypeIds, encoded.TypeIds);
        }

        report.AssertEmpty();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void EncodeFixedLength_EveryText_CutsAndPadsAsTheLibraryDoes(string folder)
    {
        var (tokenizer, expected) = Open(folder);
        var report = new DifferenceReport(folder);
        if (expected.FixedLength is { } fixedLength)
        {
            var pad = tokenizer.TokenToId(fixedLength.PadToken);
            foreach (var text in fixedLength.Cases)
            {
                var encoded = tokenizer.EncodeFixedLength(text.Text, fixedLength.Length, pad);
                report.Compare(text.Text, "ids", text.Ids, encoded.Ids);
                report.Compare(text.Text, "attentionMask", text.AttentionMask, encoded.AttentionMask);
            }
        }

        report.AssertEmpty();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(FamilyFolders))]
    public void Load_EveryFamily_TokenisesPlainText(string folder)
    {
        const string Text = "a photo of two cats";
        var tokenizer = Tokenizer.Load(Path.Combine(Fixtures.Root, "families", folder));
        var ids = tokenizer.Encode(Text, addSpecialTokens: false);
        Assert.NotEmpty(ids);
        Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
        Assert.Equal(ids, tokenizer.Encode(RenderedPrompt.FromUser(Text), addSpecialTokens: false));
    }

    private static TheoryData<string> Names(string kind, Func<string, bool> isWanted) =>
        [.. Fixtures.Folders(kind).Where(isWanted).Select(folder => Path.GetFileName(folder))];

    private static bool HasExpectations(string folder) =>
        File.Exists(Path.Combine(folder, "tokenizer.json")) && File.Exists(Path.Combine(folder, "expected.json"));

    private static (Tokenizer Tokenizer, TokenizerExpectations Expected) Open(string name)
    {
        var folder = Path.Combine(Fixtures.Root, "tokenizers", name);
        var expected = File.ReadAllBytes(Path.Combine(folder, "expected.json"));
        return (Tokenizer.Load(folder), JsonSerializer.Deserialize<TokenizerExpectations>(expected, Options)!);
    }
}
