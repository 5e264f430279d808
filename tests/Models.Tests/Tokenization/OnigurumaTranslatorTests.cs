using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization.Patterns;

namespace VisionCluster.Models.Tests.Tokenization;

public sealed class OnigurumaTranslatorTests
{
    private const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Gpt4O =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}|\s+";

    [Theory]
    [InlineData(Llama3, "I'LL add 12345 x\n\n  y", "I|'LL| add| |123|45| x|\n\n| | y")]
    [InlineData(Llama3, "it'ſ 𝐇𝐞 𝟙𝟚 😀😀", "it|'ſ| 𝐇𝐞| |𝟙𝟚| 😀😀")]
    [InlineData(Gpt4O, "HelloWorld's", "Hello|World's")]
    [InlineData(@"\p{N}{1,3}+", "12345", "12345")]
    [InlineData(@"a++a|a+", "aaa", "aaa")]
    [InlineData(@"[^\r\n]?+b", "b ab", "ab")]
    [InlineData(@"[a-c[x-z]]+", "abxyq", "abxy")]
    [InlineData(@"[\w&&[^\d_]]+", "ab12_c", "ab|c")]
    [InlineData(@"[^[a-c]]", "abd", "d")]
    [InlineData(@"[[:alpha:]]+|[[:^alpha:]]", "aé1", "aé|1")]
    [InlineData(@"\p{Letter}+|\p{^L}", "aé1", "aé|1")]
    [InlineData(@"\p{Han}+", "a漢字𠮷b", "漢字𠮷")]
    [InlineData(@"[\x{4e00}-\x{9fff}]+", "漢𠮷字", "漢|字")]
    [InlineData(@"\h+\H", "ffg", "ffg")]
    [InlineData(@"^a$", "a\na", "a|a")]
    [InlineData(@".+", "a\r\nb", "a\r|b")]
    [InlineData(@"(?m:.+)", "a\nb", "a\nb")]
    [InlineData(@"(?i)K|(?-i:x)", "kX\u212A", "k|\u212A")]
    [InlineData(@"[\]\-a]+", "]-a", "]-a")]
    [InlineData(@"a{,2}b", "aaab", "aab")]
    [InlineData(@"a{x}", "a{x}", "a{x}")]
    [InlineData(@"\bé\b", "é aé", "é")]
    [InlineData(@"x*", "xxy", "xx|")]
    public void FindMatches_Pattern_MatchesAsOnigurumaDoes(string pattern, string text, string expected)
    {
        var matches = new List<TextSpan>();
        RegexPattern.FromOniguruma(pattern).FindMatches(text, matches);
        Assert.Equal(expected, string.Join('|', matches.Select(match => text.Substring(match.Start, match.Length))));
    }

    [Theory]
    [InlineData(@"(a)\1", @"the escape \1")]
    [InlineData(@"\p{Klingon}", "the property Klingon")]
    [InlineData(@"(?<name>a)", "a named group")]
    [InlineData(@"(?x: a)", "the option x")]
    [InlineData("[😀-😂]", "single characters above U+FFFF")]
    [InlineData("[a", "a class without its end")]
    [InlineData("(a", "an unmatched '('")]
    [InlineData("a)", "an unmatched ')'")]
    [InlineData("*", "a quantifier without a target")]
    public void Translate_WhatIsNotSupported_IsRefusedByName(string pattern, string named)
    {
        var error = Assert.Throws<ModelException>(() => new OnigurumaTranslator(pattern).Translate());
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }
}
