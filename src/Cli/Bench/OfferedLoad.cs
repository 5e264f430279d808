using System.Diagnostics;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;

namespace VisionCluster.Cli.Bench;

/// <summary>What became of one load's requests, once.</summary>
/// <param name="Traces">All that were sent; the last tenant is the heavier one.</param>
/// <param name="NotSent">Beyond what the client has room for.</param>
/// <param name="Started">By <see cref="Stopwatch"/>.</param>
/// <param name="Took">While requests were sent.</param>
/// <param name="Server">Its processor time meanwhile.</param>
/// <param name="Client">This process's.</param>
internal sealed record OfferedLoad(
    IReadOnlyList<(int Tenant, RequestTrace Trace)> Traces, int NotSent, long Started, TimeSpan Took, CpuTime Server, TimeSpan Client);
