using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Tests.Sampling;

public sealed class SamplingOptionsTests
{
    [Fact]
    public void Validate_Defaults_IsFine()
    {
        Assert.Empty(SamplingOptions.Greedy.Validate(10));
        Assert.Empty(new StopOptions { MaxTokens = 1 }.Validate());
    }

    [Fact]
    public void Validate_EverythingNaN_NamesEveryField()
    {
        var errors = new SamplingOptions
        {
            Temperature = float.NaN,
            TopK = -1,
            TopP = float.NaN,
            MinP = float.NaN,
            RepetitionPenalty = float.NaN,
            FrequencyPenalty = float.NaN,
            PresencePenalty = float.NaN,
            LogitBias = new Dictionary<int, float> { [3] = float.NaN, [10] = 0 },
            TopLogProbs = 21,
        }.Validate(10);

        string[] fields =
        [
            "temperature", "top_k", "top_p", "min_p", "repetition_penalty", "frequency_penalty", "presence_penalty",
            "logit_bias of token 3", "logit_bias names token 10", "top_logprobs must", "top_logprobs is 21, which needs logprobs",
        ];
        Assert.All(fields, field => Assert.Single(errors, error => error.StartsWith(field, StringComparison.Ordinal)));
        Assert.Equal(fields.Length, errors.Count);
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(1.01f, 1f)]
    [InlineData(1f, 0f)]
    [InlineData(1f, float.PositiveInfinity)]
    public void Validate_OutOfRange_IsRefused(float topP, float repetitionPenalty) =>
        Assert.Single(new SamplingOptions { TopP = topP, RepetitionPenalty = repetitionPenalty }.Validate());

    [Fact]
    public void Validate_StopOptions_NamesEveryField()
    {
        var errors = new StopOptions
        {
            MaxTokens = 0,
            MinTokens = 1,
            StopTokenIds = new HashSet<int> { -1 },
            StopStrings = [.. Enumerable.Repeat("", 17)],
        }.Validate();

        Assert.Equal(
            [
                "max_tokens must be at least 1, not 0.", "min_tokens must be at most max_tokens, but 1 is above 0.",
                "stop_token_ids must not be negative, but -1 is.", "stop may have at most 16 strings, not 17.",
                "stop must not hold an empty string.",
            ],
            errors);
    }
}
