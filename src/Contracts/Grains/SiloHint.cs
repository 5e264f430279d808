using Orleans.Runtime;

namespace VisionCluster.Contracts.Grains;

/// <summary>Says with a call where its grain should be activated, if it is nowhere yet.</summary>
public static class SiloHint
{
    private const string Key = "visioncluster.silo";

    /// <param name="siloAddress">Parsable; ignored once that silo has gone.</param>
    public static void Set(string siloAddress) => RequestContext.Set(Key, siloAddress);

    /// <summary>What the present call says; null when nothing.</summary>
    public static string? Current => RequestContext.Get(Key) as string;

    /// <returns>Null when the call says nothing.</returns>
    public static string? Read(IReadOnlyDictionary<string, object>? requestContext) =>
        requestContext is not null && requestContext.TryGetValue(Key, out var value) ? value as string : null;
}
