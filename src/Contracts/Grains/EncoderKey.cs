namespace VisionCluster.Contracts.Grains;

/// <summary>
/// Names an encoder grain. The silo is an address with its generation, so a key never reaches a later process at the same port.
/// </summary>
/// <param name="Model">Model name.</param>
/// <param name="Revision">Model revision.</param>
/// <param name="SiloAddress">Parsable address of the silo that owns the device.</param>
/// <param name="Device">Such as <c>cpu:0</c>.</param>
public readonly record struct EncoderKey(string Model, string Revision, string SiloAddress, string Device)
{
    private const char Separator = '|';

    public override string ToString() => string.Join(Separator, SiloAddress, Device, Revision, Model);

    /// <returns>False for a string that <see cref="ToString"/> did not make.</returns>
    public static bool TryParse(string text, out EncoderKey key)
    {
        var fields = text.Split(Separator, 4);
        key = fields.Length == 4 ? new EncoderKey(fields[3], fields[2], fields[0], fields[1]) : default;
        return fields.Length == 4;
    }
}
