using Grpc.Core;
using Microsoft.Extensions.Logging;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Auth;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Administration;

/// <summary>visioncluster.v1.AdminService. Who may call is decided before (<see cref="ApiKeyInterceptor"/>).</summary>
internal sealed class AdminGrpcService(
    DirectoryWatcher directory, SiloCommands silos, TimeProvider time, ILogger<AdminGrpcService> logger) : AdminService.AdminServiceBase
{
    public override async Task<LoadModelResponse> LoadModel(LoadModelRequest request, ServerCallContext context)
    {
        AdminValidator.Check(request);
        var view = await ViewAsync(context);
        logger.AdminLoads(context.GetTenant(), request.Source);
        var outcomes = await silos.RunAsync(
            SiloCommands.Choose(view, request.Silos, silo => !silo.Draining),
            (grain, id) => grain.Load(new LoadModelCommand
            {
                Id = id,
                Source = request.Source,
                Name = request.Name,
                Precision = request.Precision,
                Replace = request.Replace,
                Hold = request.Hold,
            }),
            namesLoads: true);
        return new LoadModelResponse { Silos = { outcomes } };
    }

    public override async Task<UnloadModelResponse> UnloadModel(UnloadModelRequest request, ServerCallContext context)
    {
        AdminValidator.Check(request);
        var view = await ViewAsync(context);
        if (request.Queued)
            return await CancelLoadsAsync(request, view, context);
        var revision = RevisionFinder.Find(view, request.Model, request.Revision);
        logger.AdminUnloads(context.GetTenant(), request.Model, revision);
        TimeSpan? drain = request.DrainMs > 0 ? TimeSpan.FromMilliseconds(request.DrainMs) : null;
        var outcomes = await silos.RunAsync(
            SiloCommands.Choose(view, request.Silos, silo => silo.Models.Any(m => m.Name == request.Model && m.Revision == revision)),
            (grain, _) => grain.Unload(new UnloadModelCommand(request.Model, revision, drain)),
            namesLoads: false);
        return new UnloadModelResponse { Revision = revision, Silos = { outcomes } };
    }

    public override async Task<ListRevisionsResponse> ListRevisions(ListRevisionsRequest request, ServerCallContext context)
    {
        var view = await ViewAsync(context);
        return AdminMapping.ToResponse(view, directory.Current, directory.Choices.RevisionOf);
    }

    public override async Task<SetServingRevisionResponse> SetServingRevision(SetServingRevisionRequest request, ServerCallContext context)
    {
        AdminValidator.Check(request);
        var view = await ViewAsync(context);
        var revision = request.Revision.Length == 0 ? "" : RevisionFinder.Find(view, request.Model, request.Revision);
        var previous = directory.Current.Find(request.Model) ?? throw new RequestException(
            StatusCode.NotFound, $"model: '{request.Model}' is served nowhere.");
        if (revision.Length > 0 && directory.Current.Find(request.Model, revision) is null)
        {
            throw new RequestException(
                StatusCode.FailedPrecondition, $"revision: {revision} of '{request.Model}' is being unloaded everywhere; load it again first.");
        }

        var choice = directory.Choices.Next(request.Model, revision, time.GetUtcNow());
        logger.AdminChooses(context.GetTenant(), request.Model, revision);
        await silos.RunAsync(view.Silos, Choose, namesLoads: false);
        directory.Adopt(choice);
        return new SetServingRevisionResponse
        {
            Revision = directory.Current.Find(request.Model)?.Revision ?? revision,
            PreviousRevision = previous.Revision,
        };

        // Every silo keeps it, so that it outlives each of them.
        async Task<Refusal?> Choose(IModelAdminGrain grain, string id)
        {
            await grain.Choose(choice);
            return null;
        }
    }

    private async Task<UnloadModelResponse> CancelLoadsAsync(UnloadModelRequest request, DirectoryView view, ServerCallContext context)
    {
        var chosen = SiloCommands.Choose(
            view, request.Silos, silo => silo.Loads.Any(load => load.State == LoadState.Queued && load.Model == request.Model));
        if (chosen.Count == 0)
        {
            throw new RequestException(
                StatusCode.NotFound, $"model: no load of '{request.Model}' waits; one that runs goes to its end, and can be unloaded then.");
        }

        logger.AdminCancels(context.GetTenant(), request.Model);
        var outcomes = await silos.RunAsync(
            chosen, (grain, _) => grain.Unload(new UnloadModelCommand(request.Model, "", null) { Queued = true }), namesLoads: false);
        return new UnloadModelResponse { Silos = { outcomes } };
    }

    private async Task<DirectoryView> ViewAsync(ServerCallContext context)
    {
        await directory.RefreshAsync(context.CancellationToken);
        return directory.View.Silos.Length > 0 ? directory.View : throw RequestException.Unavailable("No silo has reported yet; try again in a moment.");
    }
}
