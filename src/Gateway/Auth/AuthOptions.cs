namespace VisionCluster.Gateway.Auth;

/// <summary>Who may call. Without keys the server is open, everybody is tenant "default", and a warning says so at start.</summary>
public sealed class AuthOptions
{
    /// <summary>Once there is one, every call but health needs <c>authorization: Bearer KEY</c>. Default none.</summary>
    public IList<ApiKeyOptions> ApiKeys { get; } = [];

    /// <summary>
    /// Share of the devices by tenant, where more is asked for than there is: twice the weight, twice the tokens. From 0.01 to 1,000. The same
    /// on all gateways. Default 1 each.
    /// </summary>
    public IDictionary<string, double> TenantWeights { get; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>
    /// Without keys: whether everybody who reaches the port may call AdminService. Default false: only where the gateway listens on the
    /// loopback address.
    /// </summary>
    public bool OpenAdmin { get; set; }

    internal IEnumerable<string> Errors()
    {
        for (var i = 0; i < ApiKeys.Count; i++)
        {
            var (key, path) = (ApiKeys[i], $"GatewayOptions.Auth.ApiKeys[{i}]");
            if ((key.Key.Length == 0) == (key.KeySha256.Length == 0))
                yield return $"{path} must have exactly one of Key and KeySha256.";
            if (key.Key.Length is > 0 and < 16)
                yield return $"{path}.Key must have at least 16 characters; it has {key.Key.Length}.";
            if (key.KeySha256.Length > 0 && (key.KeySha256.Length != 64 || !key.KeySha256.All(char.IsAsciiHexDigit)))
                yield return $"{path}.KeySha256 must be 64 hex digits.";
            if (!Identifiers.IsValid(key.Tenant))
                yield return $"{path}.Tenant must be {Identifiers.Rule}; it is '{key.Tenant}'.";
        }

        foreach (var (tenant, weight) in TenantWeights)
        {
            if (weight is not (>= 0.01 and <= 1_000))
                yield return FormattableString.Invariant($"GatewayOptions.Auth.TenantWeights:{tenant} must be 0.01 to 1000; it is '{weight}'.");
        }
    }
}
