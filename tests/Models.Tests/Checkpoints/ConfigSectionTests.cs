using System.Text.Json;
using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Tests.Checkpoints;

public sealed class ConfigSectionTests
{
    [Fact]
    public void RefuseUnknown_OptionNobodyRead_NamesIt()
    {
        var section = Section("""{"hidden_size": 8, "torch_dtype": "float32", "_private": 1, "add_cross_attention": false, "logit_soft_cap": 30}""");
        _ = section.Size("hidden_size");

        Assert.Contains("logit_soft_cap", Assert.Throws<ModelException>(() => section.RefuseUnknown()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RefuseUnknown_HarmlessOnlyWhileOff_RefusedWhenOn()
    {
        var section = Section("""{"add_cross_attention": true}""");

        Assert.Throws<ModelException>(() => section.RefuseUnknown());
    }

    [Fact]
    public void RefuseUnknown_NullValue_IsAbsent() => Section("""{"logit_soft_cap": null}""").RefuseUnknown();

    [Theory]
    [InlineData("""{"n": "8"}""")]
    [InlineData("""{"n": 1.5}""")]
    [InlineData("""{"n": 1e300}""")]
    [InlineData("""{"n": 0}""")]
    [InlineData("""{"n": -3}""")]
    [InlineData("""{"n": 1000000000}""")]
    [InlineData("""{"n": []}""")]
    [InlineData("""{}""")]
    public void Size_NotASize_Refused(string json) =>
        Assert.Contains(" n", Assert.Throws<ModelException>(() => Section(json).Size("n")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void RequireOnly_AllowedValue_Passes(string value, bool passes)
    {
        var section = Section($$"""{"flag": {{value}}}""");

        Assert.Equal(passes, Record.Exception(() => section.RequireOnly("flag", "true")) is null);
    }

    private static ConfigSection Section(string json) => ConfigSection.Parse("config.json", JsonDocument.Parse(json).RootElement);
}
