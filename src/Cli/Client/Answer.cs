using System.Text;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Client;

/// <summary>What a Generate call returned.</summary>
internal sealed class Answer
{
    public Accepted Accepted { get; set; } = new();

    public List<Token> Tokens { get; } = [];

    public Finished Finished { get; set; } = new();

    public StringBuilder Text { get; } = new();
}
