using System.Reflection;

namespace VisionCluster.Gateway.Tests;

/// <summary>A grain factory without a cluster: an observer is its own reference.</summary>
internal class ObserverFactory : DispatchProxy
{
    public static IGrainFactory Create() => Create<IGrainFactory, ObserverFactory>();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == nameof(IGrainFactory.CreateObjectReference) ? args![0] : throw new NotSupportedException(targetMethod.Name);
}
