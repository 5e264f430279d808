using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Administration;

/// <summary>From the directory's view to protobuf.</summary>
internal static class AdminMapping
{
    public static ListRevisionsResponse ToResponse(DirectoryView view, ClusterModels models, Func<string, string?> chosen)
    {
        var response = new ListRevisionsResponse();
        response.Revisions.AddRange(view.Silos
            .SelectMany(silo => silo.Models.Select(model => (Silo: silo, Model: model)))
            .GroupBy(place => (place.Model.Name, place.Model.Revision))
            .OrderBy(places => places.Key.Name, StringComparer.Ordinal)
            .ThenBy(places => places.Min(place => place.Model.LoadedAt))
            .Select(places => ToRevision([.. places], models.Find(places.Key.Name), chosen(places.Key.Name))));
        response.Loads.AddRange(view.Silos.SelectMany(silo => silo.Loads.Select(load => ToLoad(silo, load))));
        return response;
    }

    private static ModelRevision ToRevision(List<(SiloReport Silo, ModelReport Model)> places, ServedModel? serving, string? chosen)
    {
        var model = places[0].Model;
        var revision = new ModelRevision
        {
            Model = model.Name,
            Revision = model.Revision,
            Family = model.Family,
            Precision = model.Precision,
            Serving = serving?.Revision == model.Revision,
            Chosen = chosen == model.Revision,
            Held = places.TrueForAll(place => place.Model.Held),
        };
        revision.Places.AddRange(places.Select(place => new RevisionPlace
        {
            Silo = place.Silo.Name,
            Device = place.Model.Device,
            State = place.Model.Retiring || place.Silo.Draining ? RevisionPlace.Types.State.Retiring : RevisionPlace.Types.State.Serving,
            Running = (uint)place.Model.Running,
            Waiting = (uint)place.Model.Waiting,
            UntilRestart = place.Model.UntilRestart,
            LoadedAtMs = (ulong)Math.Max(0, place.Model.LoadedAt.ToUnixTimeMilliseconds()),
        }));
        return revision;
    }

    private static ModelLoad ToLoad(SiloReport silo, ModelLoadReport load) => new()
    {
        LoadId = load.Id,
        Silo = silo.Name,
        Model = load.Model,
        Source = load.Source,
        State = load.State switch
        {
            LoadState.Queued => ModelLoad.Types.State.Queued,
            LoadState.Loading => ModelLoad.Types.State.Loading,
            LoadState.Loaded => ModelLoad.Types.State.Loaded,
            _ => ModelLoad.Types.State.Failed,
        },
        Detail = load.Detail,
    };
}
