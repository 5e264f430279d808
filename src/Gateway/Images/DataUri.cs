using VisionCluster.Gateway.Errors;

namespace VisionCluster.Gateway.Images;

/// <summary>Base64 data: URIs (RFC 2397), bounded before they are decoded. The declared type is ignored: bytes are sniffed.</summary>
internal static class DataUri
{
    public const string Prefix = "data:";

    public static byte[] Decode(string uri, int maxBytes, string path)
    {
        var comma = uri.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !uri.AsSpan(0, comma).EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            throw RequestException.Invalid($"{path}: write a data: URI as data:image/png;base64,AAAA.");
        var text = uri.AsSpan(comma + 1);
        if ((long)text.Length / 4 * 3 > (long)maxBytes + 3)
            throw RequestException.Invalid($"{path}: the picture is larger than {maxBytes} bytes; send a smaller one.");
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64Chars(text, bytes, out var written))
            throw RequestException.Invalid($"{path}: the data: URI is not valid base64.");
        return bytes[..written];
    }
}
