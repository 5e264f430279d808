using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using VisionCluster.Cli.Hosting;
using VisionCluster.Inference;
using VisionCluster.Models;
using VisionCluster.Models.Quantization;
using VisionCluster.Silo;
using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

/// <summary>From <c>--precision</c> and the configuration to the form that is served.</summary>
public sealed class PrecisionOptionTests
{
    private static readonly string Apple = Path.Combine(Fixtures.RepositoryRoot, "samples", "red-apple.png");

    [Fact]
    public async Task Chat_Int8_Answers()
    {
        var result = await CommandLine.VisionClusterAsync("chat", "--precision", "int8", "--image", Apple, "What is this?");

        Assert.Equal((0, "Red apple.\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task Similarity_Int8_RefusedBecauseTheModelHasNoDecoder()
    {
        var result = await CommandLine.VisionClusterAsync("similarity", "--precision", "int8", "--image", Apple, "--text", "apple");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("no decoder", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("int3", "int3 is not a form")]
    [InlineData("emoji-vlm=int3", "int3 is not a form")]
    [InlineData("nobody=int8", "names no model")]
    public async Task Generate_UnusablePrecision_SaysWhy(string value, string mention)
    {
        var result = await CommandLine.VisionClusterAsync("chat", "--precision", value, "Hello");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(mention, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", ModelPrecision.Auto, false)]
    [InlineData("--precision int8", ModelPrecision.Int8, false)]
    [InlineData("--precision int8 --precision emoji-vlm=int4", ModelPrecision.Int4, true)]
    public void Read_TwoModels_FormOfOne(string arguments, ModelPrecision expected, bool required)
    {
        var plan = Read($"--model emoji-vlm --model emoji-siglip {arguments}").Precision;

        Assert.Equal((expected, required), (plan.Of("emoji-vlm"), plan.IsRequired("emoji-vlm")));
        Assert.False(plan.IsRequired("emoji-siglip"));
    }

    [Fact]
    public void Read_OneModel_FormIsRequired() => Assert.True(Read("--model emoji-vlm --precision int8").Precision.IsRequired("emoji-vlm"));

    [Fact]
    public void OrElse_LaterPlanSaysLess_EarlierFillsIn()
    {
        var configured = new PrecisionPlan { Others = ModelPrecision.Int8, Named = new Dictionary<string, ModelPrecision> { ["a"] = ModelPrecision.Int4 } };

        var untouched = PrecisionPlan.Auto.OrElse(configured);
        var all = new PrecisionPlan { Others = ModelPrecision.Fp32 }.OrElse(configured);
        var one = new PrecisionPlan { Named = new Dictionary<string, ModelPrecision> { ["b"] = ModelPrecision.Fp32 } }.OrElse(configured);

        Assert.Equal([ModelPrecision.Int4, ModelPrecision.Int8], [untouched.Of("a"), untouched.Of("b")]);
        Assert.Equal([ModelPrecision.Fp32, ModelPrecision.Fp32], [all.Of("a"), all.Of("b")]);
        Assert.Equal([ModelPrecision.Int4, ModelPrecision.Fp32, ModelPrecision.Int8], [one.Of("a"), one.Of("b"), one.Of("c")]);
    }

    [Fact]
    public void Configure_UnknownForms_AllNamed()
    {
        var error = Assert.Throws<OptionsValidationException>(() => Host.CreateApplicationBuilder().AddVisionClusterSilo(silo =>
        {
            silo.Precision = "int3";
            silo.Models["emoji-vlm"] = new SiloModelOptions { Precision = "half" };
        }));

        Assert.Contains("SiloOptions.Precision must be one of auto, fp32, fp16, bf16, int8, int4; it is int3", error.Message, StringComparison.Ordinal);
        Assert.Contains("SiloOptions.Models:emoji-vlm.Precision must be one of auto, fp32, fp16, bf16, int8, int4; it is half", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Configure_FormsByModelAndForOthers_Plan()
    {
        var values = new Dictionary<string, string?>
        {
            ["Precision"] = "int8",
            ["Models:SmolLM2-135M-Instruct:Precision"] = "int4",
        };
        var options = new SiloOptions();
        new ConfigurationBuilder().AddInMemoryCollection(values).Build().Bind(options);

        var plan = options.ToPrecisionPlan();

        Assert.Equal([ModelPrecision.Int4, ModelPrecision.Int8], [plan.Of("SmolLM2-135M-Instruct"), plan.Of("emoji-vlm")]);
        Assert.True(plan.IsRequired("SmolLM2-135M-Instruct"));
    }

    [Fact]
    public async Task Start_FormForAllModels_ThoseWithDecodersTakeIt()
    {
        var options = new ModelHostOptions { Precision = new PrecisionPlan { Others = ModelPrecision.Int4 } };

        await using var cluster = await Start(options, Fixtures.EmojiVlm, Fixtures.EmojiSiglip);

        Assert.Equal(["int4", "fp32"], cluster.Models.Select(model => model.Precision));
    }

    [Fact]
    public async Task Start_ModelNamedThatCannot_Refused()
    {
        var options = new ModelHostOptions
        {
            Precision = new PrecisionPlan { Named = new Dictionary<string, ModelPrecision> { ["emoji-siglip"] = ModelPrecision.Int8 } },
        };

        var error = await Assert.ThrowsAsync<ModelException>(() => Start(options, Fixtures.EmojiSiglip));

        Assert.Contains("emoji-siglip", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_OfAServer_ShowThePrecisionServed()
    {
        var options = new ModelHostOptions { Precision = new PrecisionPlan { Others = ModelPrecision.Int8 } };
        await using var cluster = await Start(options, Fixtures.EmojiVlm);

        var result = await CommandLine.VisionClusterAsync("models", "--endpoint", cluster.Endpoint);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains(result.Output.Split('\n'), line => line.Contains("emoji-vlm", StringComparison.Ordinal) && line.Contains("int8", StringComparison.Ordinal));
    }

    private static Task<LocalCluster> Start(ModelHostOptions options, params string[] models) =>
        LocalCluster.StartAsync(models, options with { KvBytes = 64 << 20 }, gateway => gateway.GrpcPort = 0, handleSignals: false, new Progress<string>(), default);

    private static ModelHostOptions Read(string arguments)
    {
        var hosting = new HostingOptions();
        var command = new Command("host");
        hosting.AddTo(command);
        return hosting.Read(command.Parse(arguments));
    }
}
