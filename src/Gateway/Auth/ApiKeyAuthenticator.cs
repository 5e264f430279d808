using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Auth;

/// <summary>From an authorization header to a tenant. Digests are compared in constant time, and all of them every time.</summary>
internal sealed class ApiKeyAuthenticator
{
    public const string OpenTenant = "default";

    private const string Scheme = "Bearer ";
    private readonly (byte[] Digest, string Tenant)[] _keys;

    public ApiKeyAuthenticator(IOptions<GatewayOptions> options) =>
        _keys = [.. options.Value.Auth.ApiKeys.Select(k => (DigestOf(k), k.Tenant))];

    public bool IsOpen => _keys.Length == 0;

    /// <returns>Null when the header holds no known key.</returns>
    public string? Authenticate(string? authorization)
    {
        if (IsOpen)
            return OpenTenant;
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()));
        string? tenant = null;
        foreach (var key in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(digest, key.Digest))
                tenant = key.Tenant;
        }

        return tenant;
    }

    private static byte[] DigestOf(ApiKeyOptions key) => key.KeySha256.Length > 0
        ? Convert.FromHexString(key.KeySha256)
        : SHA256.HashData(Encoding.UTF8.GetBytes(key.Key));
}
