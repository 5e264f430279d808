using System.CommandLine;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using VisionCluster.Cli.Commands;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Client;

/// <summary>An operator's connection to a running gateway.</summary>
internal sealed class AdminConnection : IDisposable
{
    private static readonly JsonFormatter Formatter =
        new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true).WithFormatDefaultValues(true));

    private readonly GrpcChannel _channel;

    private AdminConnection(Uri endpoint, string? apiKey)
    {
        _channel = GrpcChannel.ForAddress(endpoint);
        Client = new AdminService.AdminServiceClient(_channel);
        if (apiKey is not null)
        {
            Headers.Add("authorization", $"Bearer {apiKey}");
        }
    }

    public AdminService.AdminServiceClient Client { get; }

    public Metadata Headers { get; } = [];

    public static EndpointOptions Options() => new("The key must be an admin's, if the gateway has keys.");

    /// <exception cref="CliException">No gateway is named.</exception>
    public static AdminConnection Open(ParseResult parsed, EndpointOptions endpoint) => new(
        endpoint.Read(parsed) ?? throw new CliException("--endpoint is missing; give a gateway's address, such as http://127.0.0.1:5400."),
        parsed.GetValue(endpoint.ApiKey));

    /// <summary>One object on one line, with the names of <c>admin.proto</c>.</summary>
    public static string Json(IMessage message) => Formatter.Format(message);

    public void Dispose() => _channel.Dispose();
}
