namespace VisionCluster.Models.Tests.Tokenization;

public sealed class TemplateAndPaddingTests
{
    private const string Bert = """{"type":"BertProcessing","sep":["[SEP]",2],"cls":["[CLS]",1]}""";
    private const string Roberta =
        """{"type":"RobertaProcessing","sep":["[SEP]",2],"cls":["[CLS]",1],"trim_offsets":true,"add_prefix_space":true}""";
    private const string Template =
        """
        {"type":"Sequence","processors":[{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false},{"type":"TemplateProcessing",
         "single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
                   {"SpecialToken":{"id":"[SEP]","type_id":0}}],
         "pair":[{"Sequence":{"id":"B","type_id":3}},{"Sequence":{"id":"A","type_id":1}}],
         "special_tokens":{"[CLS]":{"id":"[CLS]","ids":[1],"tokens":["[CLS]"]},
                           "[SEP]":{"id":"[SEP]","ids":[2,2],"tokens":["[SEP]","[SEP]"]}}}]}
        """;

    [Theory]
    [InlineData(null, new[] { 3, 4 }, new[] { 3, 4, 4 }, new[] { 0, 0, 1 })]
    [InlineData(Bert, new[] { 1, 3, 4, 2 }, new[] { 1, 3, 4, 2, 4, 2 }, new[] { 0, 0, 0, 0, 1, 1 })]
    [InlineData(Roberta, new[] { 1, 3, 4, 2 }, new[] { 1, 3, 4, 2, 2, 4, 2 }, new[] { 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(Template, new[] { 1, 3, 4, 2, 2 }, new[] { 4, 3, 4 }, new[] { 3, 1, 1 })]
    public void Encode_EveryProcessor_PlacesSpecialTokensAndTypes(string? processor, int[] single, int[] pair, int[] types)
    {
        var tokenizer = Letters(processor);
        Assert.Equal(single, tokenizer.Encode("ab"));
        Assert.Equal([3, 4], tokenizer.Encode("ab", addSpecialTokens: false));
        Assert.Equal(pair, tokenizer.EncodePair("ab", "b").Ids);
        Assert.Equal(types, tokenizer.EncodePair("ab", "b").TypeIds);
    }

    [Fact]
    public void EncodeFixedLength_LongAndShortTexts_KeepTheClosingTokenAndPad()
    {
        var tokenizer = Letters(Bert);
        Assert.Equal([1, 3, 4, 2], tokenizer.EncodeFixedLength("abab", 4, 0).Ids);
        Assert.Equal([1, 3, 2, 0], tokenizer.EncodeFixedLength("a", 4, 0).Ids);
        Assert.Equal([1, 1, 1, 0], tokenizer.EncodeFixedLength("a", 4, 0).AttentionMask);
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.EncodeFixedLength("a", 1, 0));
        Assert.Throws<ModelException>(() => tokenizer.EncodeFixedLength("a", 4));
    }

    private static VisionCluster.Models.Tokenization.Tokenizer Letters(string? processor) =>
        TinyTokenizers.Parse(TinyTokenizers.Bpe(["?", "[CLS]", "[SEP]", "a", "b"], []), postProcessor: processor);
}
