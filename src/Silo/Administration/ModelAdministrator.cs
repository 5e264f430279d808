using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Administration;
using VisionCluster.Grains.Hosting;
using VisionCluster.Inference;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Quantization;
using VisionCluster.Shared;

namespace VisionCluster.Silo.Administration;

/// <summary>Loads models that operators ask for, one at a time in the background, and unloads them. Whatever fails, the rest serves on.</summary>
internal sealed class ModelAdministrator(
    LoadQueue queue,
    ModelRetirer retirer,
    ModelRegistry registry,
    ServingChoices choices,
    DirectoryReporter reporter,
    DrainGate gate,
    IOptions<SiloOptions> options,
    IEnumerable<LoadSource> sources,
    ILogger<ModelAdministrator> logger) : BackgroundService, IModelAdministrator, IAsyncDisposable
{
    private readonly LoadSource? _source = sources.LastOrDefault();
    private readonly List<IModelHost> _owned = []; // what the device holds

    public async Task<Refusal?> LoadAsync(LoadModelCommand command)
    {
        if (_source is null)
            return new Refusal(RefusalReason.FailedPrecondition, "This silo loads no models at run time.");
        if (gate.IsDraining)
            return new Refusal(RefusalReason.Unavailable, "This silo is shutting down; choose another.");
        if (command.Precision.Length > 0 && !ModelPrecisions.TryParse(command.Precision, out _))
            return new Refusal(RefusalReason.InvalidArgument, $"precision must be one of {ModelPrecisions.Choices}; it is '{command.Precision}'.");
        var (order, refusal) = await Task.Run(() => Resolve(command)); // disks may be slow, and a grain's turn must not wait for one
        if (order is null)
            return refusal;
        if (!queue.TryAdd(order))
            return new Refusal(RefusalReason.QueueFull, $"{options.Value.MaxQueuedLoads} loads wait on this silo; try again later.");
        await ReportAsync(); // so that whoever asks next sees it
        return null;
    }

    public Refusal? Unload(UnloadModelCommand command)
    {
        if (command.Queued)
        {
            return queue.Cancel(command.Model) > 0 ? null : new Refusal(
                RefusalReason.NotFound, "model: no load of it waits on this silo; one that runs goes to its end, and can be unloaded then.");
        }

        var placements = registry.Placements.Where(p => p.Host.Name == command.Model && p.Host.Revision == command.Revision).ToArray();
        foreach (var placement in placements)
            retirer.TryBegin(placement, command.Drain);
        return placements.Length > 0 ? null : new Refusal(RefusalReason.NotFound, "model: this silo does not have that revision.");
    }

    public Task ChooseAsync(ServingChoice choice)
    {
        choices.Merge(choice);
        return ReportAsync();
    }

    /// <summary>After the silo has stopped, so nothing runs on the models any more.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in _owned)
            await host.DisposeAsync();
        Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var order in queue.ReadAllAsync(stoppingToken))
                await LoadAsync(order, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private static void CheckMemory(PreparedModel model)
    {
        if (MemoryRoom.AvailableBytes() is { } free && free < model.WeightBytes)
        {
            throw new ModelException(
                $"It needs about {model.WeightBytes >> 20} MiB for its weights, and {free >> 20} MiB are free here; unload another model first.");
        }
    }

    private (LoadOrder? Order, Refusal? Refusal) Resolve(LoadModelCommand command)
    {
        var (path, refusal) = new ModelRoots([.. options.Value.ModelRoots, .. _source!.ShippedRoots]).Resolve(command.Source);
        if (path is null)
            return (null, refusal);
        try
        {
            var name = command.Name.Length > 0 ? command.Name : ModelCompiler.NameOf(path);
            return (new LoadOrder(command.Id, command.Source, path, name, command.Precision, command.Replace, command.Hold), null);
        }
        catch (ModelException e)
        {
            return (null, new Refusal(RefusalReason.InvalidArgument, $"source: {e.Message}"));
        }
    }

    private async Task LoadAsync(LoadOrder order, CancellationToken stop)
    {
        try
        {
            queue.Progress(order.Id, "Reading");
            var progress = new LoadProgress(text => queue.Progress(order.Id, text));
            var prepared = await Task.Run(() => _source!.Prepare(order, progress), CancellationToken.None).WaitAsync(stop);
            var present = registry.Place(prepared.Name, prepared.Revision, prepared.Device);
            if (present is { IsRetiring: true })
                throw new ModelException("That revision is being unloaded here; load it again once it has gone.");
            if (present is null)
                await PlaceAsync(prepared, order);
            if (order.Replace)
                Replace(prepared);
            queue.Complete(order.Id, prepared.Revision);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            logger.ModelNotLoaded(e, order.Name);
            queue.Fail(order.Id, e is ModelException ? e.Message : "It could not be loaded; the silo's log has the details.");
        }
    }

    private async Task PlaceAsync(PreparedModel prepared, LoadOrder order)
    {
        CheckMemory(prepared);
        var host = await Task.Run(prepared.Load, CancellationToken.None);
        _owned.RemoveAll(known => !registry.Hosts.Contains(known)); // unloaded since
        _owned.Add(host);
        registry.Add(host, order.Hold, untilRestart: true);
        logger.ModelLoaded(host.Name, host.Device, host.Precision);
    }

    private void Replace(PreparedModel model)
    {
        foreach (var other in registry.Placements)
        {
            if (other.Host.Name == model.Name && other.Host.Device == model.Device && other.Host.Revision != model.Revision)
                retirer.TryBegin(other, null);
        }
    }

    private async Task ReportAsync()
    {
        try
        {
            await reporter.ReportAsync();
        }
        catch (Exception e)
        {
            logger.ReportFailed(e); // the next report says it
        }
    }

    private sealed class LoadProgress(Action<string> report) : IProgress<string>
    {
        public void Report(string value) => report(value);
    }
}
