namespace VisionCluster.Imaging;

/// <summary>
/// Pixels of the first frame, EXIF orientation applied: 8 bits a channel, <c>[height, width, channels]</c>, row by row.
/// Three channels are RGB; four are RGB and straight (not premultiplied) alpha, present only where the file has transparency.
/// </summary>
public sealed record DecodedImage(int Width, int Height, int Channels, byte[] Pixels);
