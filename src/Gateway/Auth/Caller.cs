namespace VisionCluster.Gateway.Auth;

/// <summary>Who calls.</summary>
/// <param name="Tenant">Whose sessions, request ids and images are meant.</param>
/// <param name="IsAdmin">Whether operators' calls are allowed, too.</param>
internal readonly record struct Caller(string Tenant, bool IsAdmin);
