namespace VisionCluster.Models.Exports;

/// <summary>The weights of an export as its file names say them: <c>decoder_model_merged_q4.onnx</c> is the variant q4.</summary>
/// <param name="Name">As transformers.js calls it.</param>
/// <param name="Suffix">At the end of the file's name.</param>
internal sealed record ExportVariant(string Name, string Suffix)
{
    /// <summary>Those that the hub has, most exact first.</summary>
    public static IReadOnlyList<ExportVariant> All { get; } =
    [
        new("fp32", ""), new("fp16", "_fp16"), new("q8", "_q8"), new("q8", "_quantized"), new("int8", "_int8"), new("uint8", "_uint8"),
        new("q4", "_q4"), new("q4f16", "_q4f16"), new("bnb4", "_bnb4"),
    ];

    public string FileName(string stem) => $"{stem}{Suffix}.onnx";
}
