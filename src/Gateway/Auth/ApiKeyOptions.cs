namespace VisionCluster.Gateway.Auth;

/// <summary>One key of a tenant; a tenant may have several.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>The key itself, at least 16 characters; or give <see cref="KeySha256"/>.</summary>
    public string Key { get; set; } = "";

    /// <summary>SHA-256 of the key's UTF-8 bytes in hex, so that the configuration holds no secret.</summary>
    public string KeySha256 { get; set; } = "";

    /// <summary>Whose key it is. Sessions, request ids and image keys of tenants never meet.</summary>
    public string Tenant { get; set; } = "";

    /// <summary>Whether it may call AdminService, too. Default false.</summary>
    public bool Admin { get; set; }
}
