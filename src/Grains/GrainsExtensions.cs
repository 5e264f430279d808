using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;
using Orleans.Serialization;
using VisionCluster.Grains.Decoding;
using VisionCluster.Grains.Diagnostics;
using VisionCluster.Grains.Directory;
using VisionCluster.Grains.Encoding;
using VisionCluster.Grains.Hosting;
using VisionCluster.Grains.Storage;
using VisionCluster.Shared;

namespace VisionCluster.Grains;

/// <summary>Registers what the grains need on a silo.</summary>
public static class GrainsExtensions
{
    /// <summary>Adds services, placement and conversation storage (in bounded memory unless one named "conversations" follows).</summary>
    public static ISiloBuilder AddVisionClusterGrains(this ISiloBuilder silo)
    {
        silo.Services.TryAddSingleton(p => new ModelRegistry(p.GetRequiredService<TimeProvider>()));
        silo.Services.TryAddSingleton<ServingChoices>();
        silo.Services.TryAddSingleton<DrainGate>();
        silo.Services.TryAddSingleton<EmbeddingPool>();
        silo.Services.TryAddSingleton<HeldAnswers>();
        silo.Services.TryAddSingleton<LeavingKv>();
        silo.Services.TryAddSingleton<KvCarrier>();
        silo.AddGrainService<KvHandOver>();
        silo.Services.AddMetrics();
        silo.Services.TryAddSingleton<GrainMetrics>();
        silo.Services.TryAddSingleton<AnswerPublisher>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, DeathNotice>();
        silo.Services.TryAddSingleton<EncodeFlights>();
        silo.Services.TryAddSingleton(p => new SharedStore(
            p.GetKeyedService<IDistributedCache>(SharedStore.Name),
            p.GetRequiredService<Serializer>(),
            p.GetRequiredService<GrainMetrics>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<SharedStore>>()));
        silo.Services.TryAddSingleton<SharedEmbeddings>();
        silo.Services.TryAddSingleton<AnswerStore>();
        silo.Services.TryAddSingleton<ILiveSilos, MembershipLiveSilos>();
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddOptions<DecoderOptions>();
        silo.Services.AddOptions<DirectoryOptions>();
        silo.Services.AddOptions<GrainCollectionOptions>().Configure<Microsoft.Extensions.Options.IOptions<DecoderOptions>>(
            (collection, decoder) =>
            {
                var age = decoder.Value.IdleSessionAge;
                collection.CollectionQuantum = TimeSpan.FromTicks(Math.Min(collection.CollectionQuantum.Ticks, age.Ticks / 2));
                collection.ClassSpecificCollectionAge[typeof(DecoderGrain).FullName!] = age;
            });
        silo.Services.AddOptions<GrainDirectoryOptions>().Configure<Microsoft.Extensions.Options.IOptions<DecoderOptions>>(
            (directory, decoder) => directory.CacheSize = decoder.Value.PlaceCacheEntries);
        silo.AddPlacementDirector<HintedPlacement, HintedPlacementDirector>();
        silo.AddPlacementDirector<DevicePinnedPlacement, DevicePinnedPlacementDirector>();
        silo.Services.AddGrainStorage(
            DecoderGrain.StorageName, (services, _) => ActivatorUtilities.CreateInstance<BoundedMemoryStorage>(services));
        return silo;
    }
}
