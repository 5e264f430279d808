namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary>A tokenizer's decoder: the recipe for a chain of stages. Decoding and streaming run the same stages.</summary>
/// <param name="steps">Each makes one stage that feeds the given next one; the flag asks for text as early as possible.</param>
internal sealed class TokenDecoder(IReadOnlyList<Func<DecoderStage, bool, DecoderStage>> steps)
{
    public DecoderStage CreateChain(TextSink sink, bool eager)
    {
        DecoderStage chain = sink;
        foreach (var step in steps.Reverse())
            chain = step(chain, eager);
        return chain;
    }
}
