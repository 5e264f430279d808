using System.Security.Cryptography;

namespace VisionCluster.Inference.Decoding;

/// <summary>
/// What stands at a position, in 128 bits: a text token's id, or an image's key and row. KV may be reused exactly where identities agree
/// from the first position on. Image identities come from SHA-256 of the key, so no image can be made to look like another one.
/// </summary>
internal readonly record struct TokenIdentity(ulong High, ulong Low)
{
    private const ulong ImageBit = 1UL << 63;

    public static TokenIdentity OfText(int tokenId) => new(0, (uint)tokenId);

    /// <summary>Identities of a prompt, in an array with room for <paramref name="extra"/> more tokens.</summary>
    public static TokenIdentity[] OfPrompt(PromptTokens prompt, int extra)
    {
        var identities = new TokenIdentity[prompt.Ids.Length + extra];
        int image = -1, row = 0;
        TokenIdentity first = default;
        for (var position = 0; position < prompt.Ids.Length; position++)
        {
            if (!prompt.IsImage(position))
            {
                identities[position] = OfText(prompt.Ids[position]);
                continue;
            }
            while (image < 0 || row == prompt.Images[image].Rows)
            {
                first = OfImage(prompt.Images[++image].Key);
                row = 0;
            }
            identities[position] = first with { Low = first.Low + (uint)row++ };
        }
        return identities;
    }

    private static TokenIdentity OfImage(string key)
    {
        var hash = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key));
        return new TokenIdentity(BitConverter.ToUInt64(hash, 0) | ImageBit, BitConverter.ToUInt64(hash, 8));
    }
}
