using System.CommandLine;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Client;

/// <summary>How tokens are chosen, as options of a command.</summary>
internal sealed class SamplingOptions
{
    public Option<float?> Temperature { get; } = new("--temperature", "-t") { Description = "0 = greedy, the default.", HelpName = "T" };

    public Option<float?> TopP { get; } = new("--top-p") { Description = "Keep the smallest set of tokens of this probability.", HelpName = "P" };

    public Option<uint> TopK { get; } = new("--top-k") { Description = "Keep the K most probable tokens; 0 = all.", HelpName = "K" };

    public Option<ulong?> Seed { get; } = new("--seed") { Description = "Same seed, same answer.", HelpName = "N" };

    public Option<uint> MaxTokens { get; } = new("--max-tokens", "-n") { Description = "Longest answer; 0 = up to the model's context.", HelpName = "N" };

    public Option<bool?> Split { get; } = new("--split") { Description = "Cut pictures into tiles or not. Default: as the model's processor says.", HelpName = "BOOL" };

    public void AddTo(Command command)
    {
        command.Options.Add(Temperature);
        command.Options.Add(TopP);
        command.Options.Add(TopK);
        command.Options.Add(Seed);
        command.Options.Add(MaxTokens);
        command.Options.Add(Split);
    }

    public void Apply(ParseResult parsed, GenerateRequest request)
    {
        request.Sampling = new Sampling { TopK = parsed.GetValue(TopK) };
        if (parsed.GetValue(Temperature) is { } temperature)
        {
            request.Sampling.Temperature = temperature;
        }

        if (parsed.GetValue(TopP) is { } topP)
        {
            request.Sampling.TopP = topP;
        }

        if (parsed.GetValue(Seed) is { } seed)
        {
            request.Sampling.Seed = seed;
        }

        request.Stopping = new Stopping { MaxTokens = parsed.GetValue(MaxTokens) };
        if (parsed.GetValue(Split) is { } split)
        {
            request.ImageOptions = new ImageOptions { Split = split };
        }
    }
}
