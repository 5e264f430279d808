using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;

namespace VisionCluster.Clustering.Security;

/// <summary>
/// Both ends of a connection prove that they know the cluster's secret, without showing it: each sends a nonce, then HMAC-SHA256 over its
/// role and both nonces. The role keeps one end's proof from being played back as the other's.
/// </summary>
internal sealed class ConnectionSecret(string secret)
{
    public const int MinChars = 16;
    private const int NonceBytes = 32;

    private readonly byte[] _key = SHA256.HashData(Encoding.UTF8.GetBytes("visioncluster connection\n" + secret));

    /// <exception cref="CryptographicException">The peer does not know the secret.</exception>
    /// <exception cref="EndOfStreamException">The peer hung up.</exception>
    public async Task RunAsync(IDuplexPipe transport, bool isServer, CancellationToken cancellationToken)
    {
        var own = RandomNumberGenerator.GetBytes(NonceBytes);
        await transport.Output.WriteAsync(own, cancellationToken);
        var peer = await ReadAsync(transport.Input, NonceBytes, cancellationToken);
        await transport.Output.WriteAsync(Proof(isServer, own, peer), cancellationToken);
        var proof = await ReadAsync(transport.Input, HMACSHA256.HashSizeInBytes, cancellationToken);
        if (!CryptographicOperations.FixedTimeEquals(proof, Proof(!isServer, peer, own)))
            throw new CryptographicException("The peer does not know the cluster's secret.");
    }

    private static async Task<byte[]> ReadAsync(PipeReader input, int count, CancellationToken cancellationToken)
    {
        var read = await input.ReadAtLeastAsync(count, cancellationToken);
        if (read.Buffer.Length < count)
            throw new EndOfStreamException("The peer hung up during the handshake.");
        var bytes = read.Buffer.Slice(0, count).ToArray();
        input.AdvanceTo(read.Buffer.GetPosition(count));
        return bytes;
    }

    private byte[] Proof(bool byServer, byte[] own, byte[] peer) =>
        HMACSHA256.HashData(_key, (byte[])[byServer ? (byte)1 : (byte)0, .. own, .. peer]);
}
