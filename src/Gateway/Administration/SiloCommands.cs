using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Administration;

/// <summary>Gives one command to many silos at once.</summary>
internal sealed class SiloCommands(IGrainFactory grains, IOptions<GatewayOptions> options, ILogger<SiloCommands> logger)
{
    private const string NoAnswer = "The silo did not answer; see whether it began before you try again.";

    /// <summary>Silos by name.</summary>
    /// <exception cref="RequestException">One is unknown, or there is none.</exception>
    public static IReadOnlyList<SiloReport> Choose(DirectoryView view, IReadOnlyCollection<string> names, Func<SiloReport, bool> unnamed)
    {
        if (names.Count == 0)
            return [.. view.Silos.Where(unnamed)];
        var unknown = names.Except(view.Silos.Select(s => s.Name)).ToArray();
        return unknown.Length == 0 ? [.. view.Silos.Where(s => names.Contains(s.Name))] : throw RequestException.Invalid(
            $"silos: there is no silo {string.Join(", ", unknown)}; the cluster has: {string.Join(", ", view.Silos.Select(s => s.Name))}.");
    }

    /// <summary>What each silo said.</summary>
    /// <exception cref="RequestException">None of them would; this is the first one's reason.</exception>
    public async Task<SiloOutcome[]> RunAsync(
        IReadOnlyList<SiloReport> silos, Func<IModelAdminGrain, string, Task<Refusal?>> command, bool namesLoads)
    {
        var replies = await Task.WhenAll(silos.Select(async silo =>
        {
            var id = Guid.NewGuid().ToString("N");
            return (Silo: silo, Id: id, Refusal: await RunAsync(silo, grain => command(grain, id)));
        }));
        if (replies.Length > 0 && Array.TrueForAll(replies, reply => reply.Refusal is not null))
            throw StatusMapping.ToException(replies[0].Refusal!, options.Value.Admission.RetryAfter);
        return Array.ConvertAll(replies, reply => new SiloOutcome
        {
            Silo = reply.Silo.Name,
            Error = reply.Refusal?.Message ?? "",
            LoadId = namesLoads && reply.Refusal is null ? reply.Id : "",
        });
    }

    private async Task<Refusal?> RunAsync(SiloReport silo, Func<IModelAdminGrain, Task<Refusal?>> command)
    {
        try
        {
            return await command(grains.GetGrain<IModelAdminGrain>(silo.Address));
        }
        catch (Exception e) when (ClusterFault.IsTransient(e, CancellationToken.None))
        {
            logger.ClusterUnavailable(e, silo.Name);
            return new Refusal(RefusalReason.Unavailable, NoAnswer);
        }
    }
}
