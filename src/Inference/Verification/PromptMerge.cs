using VisionCluster.Inference.Decoding;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Inference.Verification;

/// <summary>A golden prompt's rows: text from the embedding table, images from the encoder, in order.</summary>
internal static class PromptMerge
{
    /// <returns><c>[tokens, hidden]</c></returns>
    public static float[] Run(CompiledModel model, IDecoderRunner decoder, long[] ids, float[]? features)
    {
        var hidden = decoder.HiddenSize;
        var embeddings = new float[ids.Length * hidden];
        decoder.Embed([.. ids.Select(id => checked((int)id))], embeddings);
        var row = 0;
        for (var i = 0; features is not null && i < ids.Length; i++)
        {
            if (ids[i] == model.Manifest.Encoder!.ImageTokenId)
            {
                features.AsSpan(row++ * hidden, hidden).CopyTo(embeddings.AsSpan(i * hidden, hidden));
            }
        }

        return features is null || row * hidden == features.Length ? embeddings
            : throw new ModelException($"input_ids has {row} image tokens for {features.Length / hidden} image features.");
    }
}
