using System.CommandLine;
using System.CommandLine.Parsing;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Cli.Hosting;

/// <summary>Where a command's gateway listens.</summary>
internal sealed class ListenOptions
{
    private readonly Option<int?> _port = new("--port", "-p") { Description = "gRPC port; 0 = any free one. Default 5400.", HelpName = "PORT" };

    private readonly Option<string?> _address = new("--address")
    {
        Description = "Address to listen on; 0.0.0.0 = all of this machine's. Default 127.0.0.1.",
        HelpName = "IP",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_port);
        command.Options.Add(_address);
    }

    public void Apply(ParseResult parsed, GatewayOptions gateway)
    {
        gateway.GrpcPort = parsed.GetValue(_port) ?? gateway.GrpcPort;
        gateway.Address = parsed.GetValue(_address) ?? gateway.Address;
    }
}
