namespace VisionCluster.Models.Tests.Tokenization;

/// <summary>The layout of <c>expected.json</c> in a tokenizer fixture; what a folder does not have stays empty.</summary>
internal sealed class TokenizerExpectations
{
    public int? VocabSize { get; init; }

    public List<TextCase> Cases { get; init; } = [];

    public List<DecodeCase> DecodeOnly { get; init; } = [];

    public List<PairCase> Pairs { get; init; } = [];

    public FixedLengthCases? FixedLength { get; init; }

    internal sealed record TextCase(
        string Label, string Text, int[]? Ids, int[]? IdsBare, int[]? IdsSpecialAsText, string? Decoded, string? DecodedNoSpecial,
        string[]? Pieces);

    internal sealed record DecodeCase(int[] Ids, string? Decoded, string? DecodedNoSpecial);

    internal sealed record PairCase(string First, string Second, int[] Ids, int[] TypeIds);

    internal sealed record FixedLengthCases(int Length, string PadToken, List<FixedLengthCase> Cases);

    internal sealed record FixedLengthCase(string Text, int[] Ids, int[] AttentionMask);
}
