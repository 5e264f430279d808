namespace VisionCluster.Models.Tests.Tokenization;

public sealed class DecoderTests
{
    private static readonly string[] Tokens = ["un", "##able", "do", "not", ".", "▁a", "b</w>", "▁", "'", "s"];

    [Theory]
    [InlineData(null, new[] { 0, 1, 2 }, "un ##able do")]
    [InlineData("""{"type":"WordPiece","prefix":"##","cleanup":true}""", new[] { 0, 1, 2, 4 }, "unable do.")]
    [InlineData("""{"type":"WordPiece","prefix":"##","cleanup":false}""", new[] { 1, 1, 4 }, "##ableable .")]
    [InlineData("""{"type":"BPEDecoder","suffix":"</w>"}""", new[] { 6, 0, 6 }, "b unb")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", new[] { 5, 5 }, "a a")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never"}""", new[] { 5, 5 }, " a a")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"o."},"content":"u"}""", new[] { 3, 2 }, "nudo")]
    [InlineData("""{"type":"Strip","content":"s","start":0,"stop":1}""", new[] { 8, 9, 0 }, "'un")]
    [InlineData(
        """{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Replace","pattern":{"String":"tun"},"content":"-"}]}""",
        new[] { 3, 0 }, "no-")]
    [InlineData(
        """{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":"▁","start":1,"stop":2}]}""",
        new[] { 7, 5, 7, 7, 7 }, "▁a▁")]
    public void Decode_EveryType_GivesTheLibrarysText(string? decoder, int[] ids, string expected)
    {
        var tokenizer = TinyTokenizers.Parse(TinyTokenizers.Bpe(Tokens, []), decoder: decoder);
        Assert.Equal(expected, tokenizer.Decode(ids, true));

        var stream = tokenizer.CreateTextStream();
        Assert.Equal(expected, string.Concat(ids.Select(stream.Append)) + stream.Complete());
    }
}
