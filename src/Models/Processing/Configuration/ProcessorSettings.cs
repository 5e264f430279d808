using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VisionCluster.Models.Processing.Resampling;

namespace VisionCluster.Models.Processing.Configuration;

/// <summary>The effective configuration of a processor: every option with its value, defaults of the class filled in.</summary>
internal sealed record ProcessorSettings
{
    /// <summary>Part of every digest; raise it when the same settings begin to give other pixels.</summary>
    private const int Version = 1;

    public required ProcessorFamily Family { get; init; }

    public required bool ConvertRgb { get; init; }

    public required bool PadToSquare { get; init; }

    public required bool Resize { get; init; }

    public required TargetSize Size { get; init; }

    public required ResampleFilter Filter { get; init; }

    public required bool CentreCrop { get; init; }

    public required TargetSize CropSize { get; init; }

    public required bool Split { get; init; }

    /// <summary>Side of an Idefics3 tile.</summary>
    public required int TileSide { get; init; }

    public required bool Rescale { get; init; }

    public required double RescaleFactor { get; init; }

    public required bool Normalize { get; init; }

    /// <summary>Per channel, R, G, B.</summary>
    public required IReadOnlyList<double> Mean { get; init; }

    /// <summary>Per channel, R, G, B.</summary>
    public required IReadOnlyList<double> Std { get; init; }

    /// <summary>SHA-256 (hex) over all of the above, in a form that does not depend on how the files spell it.</summary>
    public string Digest()
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"v{Version} {Family} rgb={ConvertRgb} square={PadToSquare} resize={Resize} size={Size} filter={Filter} "
            + $"crop={CentreCrop} {CropSize} split={Split} {TileSide} rescale={Rescale} {RescaleFactor:R} normalize={Normalize} "
            + $"mean={string.Join(',', Mean.Select(Invariant))} std={string.Join(',', Std.Select(Invariant))}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

        static string Invariant(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    }
}
