namespace VisionCluster.Contracts.Grains;

/// <summary>Keys of decoder grains. Tenants, sessions and request ids hold no slash, so two tenants never meet in one grain.</summary>
public static class DecoderKey
{
    private const string TransientMark = "/r/";

    /// <summary>A conversation that is remembered.</summary>
    public static string ForSession(string tenant, string sessionId) => $"{tenant}/s/{sessionId}";

    /// <summary>A single answer that is forgotten when done.</summary>
    public static string ForRequest(string tenant, string requestId) => tenant + TransientMark + requestId;

    public static string TenantOf(string key) => key[..key.IndexOf('/')];

    public static bool IsTransient(string key) => key.Contains(TransientMark, StringComparison.Ordinal);
}
