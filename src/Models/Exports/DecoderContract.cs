using VisionCluster.Models.Compilation;
using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Exports;

/// <summary>
/// Reads what a decoder graph of the hub's usual layout takes and gives: <c>input_ids</c> or <c>inputs_embeds</c>, <c>attention_mask</c>,
/// <c>position_ids</c>, <c>past_key_values.N.key</c> and <c>.value</c> in; <c>logits</c>, <c>present.N.key</c> and <c>.value</c> out.
/// </summary>
internal static class DecoderContract
{
    private static readonly string[] LogitsToKeepNames = [ExportTensors.LogitsToKeep, "logits_to_keep"];
    private static readonly ExportElement[] Floats = [ExportElement.Float32, ExportElement.Float16];
    private static readonly ExportElement[] Integers = [ExportElement.Int64];

    /// <exception cref="ModelException">The graph cannot be run as a decoder of this configuration.</exception>
    public static DecoderExport Read(string path, GraphSignature graph, DecoderManifest manifest)
    {
        var reader = new SignatureReader(graph);
        if (!reader.Has(ExportTensors.PastKey(0)))
        {
            throw reader.Wrong($"has no input {ExportTensors.PastKey(0)}: an export without a key-value cache is not served");
        }

        var ids = reader.Input(ExportTensors.InputIds, Integers, 1, SignatureReader.Free);
        var embeddings = reader.Input(ExportTensors.Embeddings, Floats, 1, SignatureReader.Free, manifest.HiddenSize);
        if (ids is null == embeddings is null)
        {
            throw reader.Wrong($"must take either {ExportTensors.InputIds} or {ExportTensors.Embeddings}");
        }

        var keep = Array.Find(LogitsToKeepNames, reader.Has);
        var vector = keep is not null && reader.Rank(keep) == 1;
        var export = new DecoderExport
        {
            Path = path,
            TakesIds = ids is not null,
            AttentionMask = reader.Input(ExportTensors.AttentionMask, Integers, 1, SignatureReader.Free) is not null,
            PositionIds = reader.Input(ExportTensors.PositionIds, Integers, 1, SignatureReader.Free) is not null,
            CacheBranch = reader.Input(ExportTensors.CacheBranch, [ExportElement.Bool], 1) is not null,
            LogitsToKeep = keep,
            LogitsToKeepIsVector = vector,
            Embeddings = embeddings ?? ExportElement.Float32,
            Cache = ReadCache(reader, manifest),
            Logits = reader.Output(ExportTensors.Logits, Floats, 1, null, manifest.VocabularySize),
        };
        _ = keep is null ? null : vector ? reader.Input(keep, Integers, 1) : reader.Input(keep, Integers);
        reader.RefuseOthers();
        return export;
    }

    private static ExportElement ReadCache(SignatureReader reader, DecoderManifest manifest)
    {
        ExportElement? type = null;
        for (var plane = 0; plane < 2 * manifest.Layers; plane++)
        {
            var past = reader.RequiredInput(ExportTensors.Past(plane), Floats, 1, manifest.KvHeads, SignatureReader.Free, manifest.HeadDim);
            var present = reader.Output(ExportTensors.Present(plane), Floats, 1, manifest.KvHeads, SignatureReader.Free, manifest.HeadDim);
            type ??= past;
            if (past != type || present != type)
            {
                throw reader.Wrong("keeps keys and values of different types");
            }
        }

        return type!.Value;
    }
}
