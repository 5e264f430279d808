namespace VisionCluster.Cli.Bench.Clients;

/// <summary>What a request asks.</summary>
internal abstract record BenchPrompt
{
    private BenchPrompt()
    {
    }

    /// <summary>Token ids as they are: to the engine alone.</summary>
    internal sealed record Tokens(int[] Ids) : BenchPrompt;

    /// <summary>One user message, with a picture before its text if there is one.</summary>
    internal sealed record Message(string Text, byte[]? Picture = null) : BenchPrompt;
}
