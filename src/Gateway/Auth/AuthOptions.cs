namespace VisionCluster.Gateway.Auth;

/// <summary>Who may call. Without keys the server is open, everybody is tenant "default", and a warning says so at start.</summary>
public sealed class AuthOptions
{
    /// <summary>Once there is one, every call but health needs <c>authorization: Bearer KEY</c>. Default none.</summary>
    public IList<ApiKeyOptions> ApiKeys { get; } = [];

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
    }
}
