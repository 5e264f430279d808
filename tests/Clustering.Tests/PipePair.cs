using System.IO.Pipelines;

namespace VisionCluster.Clustering.Tests;

/// <summary>The two ends of a connection in memory.</summary>
internal sealed class PipePair
{
    private PipePair(Pipe up, Pipe down) =>
        (Client, Server) = (new End(down.Reader, up.Writer), new End(up.Reader, down.Writer));

    public IDuplexPipe Client { get; }

    public IDuplexPipe Server { get; }

    public static PipePair Create() => new(new Pipe(), new Pipe());

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
