using System.Buffers;

namespace VisionCluster.Gateway;

/// <summary>The alphabet of session ids, request ids and tenants.</summary>
internal static class Identifiers
{
    public const int MaxChars = 128;
    public const string Rule = "1 to 128 characters of [A-Za-z0-9._:-]";

    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");

    public static bool IsValid(string id) => id.Length is > 0 and <= MaxChars && !id.AsSpan().ContainsAnyExcept(Alphabet);
}
