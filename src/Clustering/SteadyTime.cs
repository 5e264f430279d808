using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace VisionCluster.Clustering;

/// <summary>
/// The time of day at the process's start and what has passed since, by a clock that nobody sets. Orleans computes its timers' next ticks
/// from the time of day: with the system's, a silo whose clock is set back by two hours would not probe another one for two hours.
/// </summary>
internal sealed class SteadyTime : TimeProvider
{
    private readonly DateTimeOffset _started = System.GetUtcNow();
    private readonly long _startedAt = System.GetTimestamp();

    /// <summary>Takes the place of the system's clock; a clock that somebody else put in stays.</summary>
    public static void Use(IServiceCollection services)
    {
        var present = services.LastOrDefault(service => service.ServiceType == typeof(TimeProvider));
        if (present is null || present.ImplementationInstance == System)
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new SteadyTime()));
    }

    public override DateTimeOffset GetUtcNow() => _started + GetElapsedTime(_startedAt);
}
