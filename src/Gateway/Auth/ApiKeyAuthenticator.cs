using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Auth;

/// <summary>From an authorization header to a caller. Digests are compared in constant time, and all of them every time.</summary>
internal sealed class ApiKeyAuthenticator
{
    public const string OpenTenant = "default";

    private const string Scheme = "Bearer ";
    private readonly (byte[] Digest, Caller Caller)[] _keys;
    private readonly bool _openAdmin;

    public ApiKeyAuthenticator(IOptions<GatewayOptions> options)
    {
        _keys = [.. options.Value.Auth.ApiKeys.Select(k => (DigestOf(k), new Caller(k.Tenant, k.Admin)))];
        _openAdmin = options.Value.Auth.OpenAdmin || IPAddress.IsLoopback(IPAddress.Parse(options.Value.Address));
    }

    public bool IsOpen => _keys.Length == 0;

    /// <returns>Null when the header holds no known key.</returns>
    public Caller? Authenticate(string? authorization)
    {
        if (IsOpen)
            return new Caller(OpenTenant, _openAdmin);
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()));
        Caller? caller = null;
        foreach (var key in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(digest, key.Digest))
                caller = key.Caller;
        }

        return caller;
    }

    private static byte[] DigestOf(ApiKeyOptions key) => key.KeySha256.Length > 0
        ? Convert.FromHexString(key.KeySha256)
        : SHA256.HashData(Encoding.UTF8.GetBytes(key.Key));
}
