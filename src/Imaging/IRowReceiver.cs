namespace VisionCluster.Imaging;

/// <summary>
/// Takes an RGB image's rows while later ones are still decoded, so that work on them need not wait. The decoding thread makes every call,
/// and an exception of the receiver ends the decoding.
/// </summary>
public interface IRowReceiver
{
    /// <summary>Called at most once, before any row, after the header has kept its bounds.</summary>
    /// <returns>False to have the image decoded whole instead.</returns>
    bool TryBegin(int width, int height);

    /// <param name="rows">The next rows from top to bottom, all of them whole, <c>[rows, width, 3]</c>; valid during the call only.</param>
    void Add(ReadOnlySpan<byte> rows);
}
