using System.CommandLine;
using VisionCluster.Cli.Commands;

namespace VisionCluster.Cli.Client;

/// <summary>Which server a client command talks to.</summary>
/// <param name="without">What happens without one.</param>
internal sealed class EndpointOptions(string without = "Without it the model runs in this process.")
{
    public Option<string?> Endpoint { get; } = new("--endpoint", "-e")
    {
        Description = $"Address of a running gateway, such as http://127.0.0.1:5400. {without}",
        HelpName = "URL",
    };

    public Option<string?> ApiKey { get; } = new("--api-key")
    {
        Description = "Key for a gateway that asks for one. Default: VISIONCLUSTER_API_KEY.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("VISIONCLUSTER_API_KEY"),
        HelpName = "KEY",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(Endpoint);
        command.Options.Add(ApiKey);
    }

    public Uri? Read(ParseResult parsed)
    {
        var text = parsed.GetValue(Endpoint);
        if (text is null)
        {
            return null;
        }

        return Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https" ? uri : throw new CliException($"--endpoint {text} is not an http address.");
    }
}
