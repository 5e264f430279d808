namespace VisionCluster.Inference.Quality;

/// <summary>What one form of a model costs and is worth.</summary>
/// <param name="Form">Such as <c>int8</c>, and what its weights are.</param>
/// <param name="Positions">Positions that were compared.</param>
/// <param name="TopOneAgreement">Share of them at which the likeliest token is that of float32.</param>
/// <param name="MeanDivergence">Mean Kullback-Leibler divergence from float32 to the form, in nats.</param>
/// <param name="Perplexity">Of the text.</param>
/// <param name="WeightBytes">Weights that a decode step reads.</param>
/// <param name="PrefillTokensPerSecond">One prompt of 256 tokens.</param>
/// <param name="DecodeTokensPerSecond">One sequence alone, at context 256.</param>
/// <param name="BatchTokensPerSecond">Eight sequences together, at context 256.</param>
public sealed record QualityRow(
    string Form,
    int Positions,
    double TopOneAgreement,
    double MeanDivergence,
    double Perplexity,
    long WeightBytes,
    double PrefillTokensPerSecond,
    double DecodeTokensPerSecond,
    double BatchTokensPerSecond);
