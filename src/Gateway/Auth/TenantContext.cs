using Grpc.Core;

namespace VisionCluster.Gateway.Auth;

/// <summary>The tenant of a call.</summary>
internal static class TenantContext
{
    private static readonly object Key = new();

    public static void SetTenant(this ServerCallContext context, string tenant) => context.UserState[Key] = tenant;

    public static string GetTenant(this ServerCallContext context) => (string)context.UserState[Key];
}
