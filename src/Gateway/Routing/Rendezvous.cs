using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace VisionCluster.Gateway.Routing;

/// <summary>
/// Rendezvous hashing (Thaler and Ravishankar, 1998): all who know the same nodes agree on one for each key, and a node that joins or leaves
/// moves only its own share. A name is hashed once; pairs are only mixed, which is what is done for every device and picture.
/// </summary>
internal static class Rendezvous
{
    public static ulong Seed(string name) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    /// <summary>The node with the greatest weight takes the key. The mixing is MurmurHash3's finaliser (Austin Appleby), the same on every machine.</summary>
    public static ulong Weight(ulong node, ulong key)
    {
        var value = node ^ ulong.RotateLeft(key, 31);
        value = (value ^ (value >> 33)) * 0xff51afd7ed558ccd;
        value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53;
        return value ^ (value >> 33);
    }
}
