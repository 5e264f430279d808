using System.Numerics.Tensors;

namespace VisionCluster.Inference.Quality;

/// <summary>Compares next-token distributions with reference ones, position by position, and scores the text itself.</summary>
internal sealed class DivergenceMeter(int vocabulary)
{
    private readonly float[] _probabilities = new float[vocabulary];
    private readonly float[] _differences = new float[vocabulary];
    private int _agreed;
    private int _scored;
    private double _divergence;
    private double _surprise;

    public int Positions { get; private set; }

    public double TopOneAgreement => (double)_agreed / Positions;

    /// <summary>Mean of Σ p · ln(p / q), in nats; p is the reference.</summary>
    public double MeanDivergence => _divergence / Positions;

    public double Perplexity => Math.Exp(_surprise / _scored);

    /// <summary>One position's logits.</summary>
    /// <param name="reference">Of float32.</param>
    /// <param name="logits">Of the form.</param>
    /// <param name="next">The token that follows in the text; null at the end.</param>
    public void Add(ReadOnlySpan<float> reference, ReadOnlySpan<float> logits, int? next)
    {
        Positions++;
        _agreed += TensorPrimitives.IndexOfMax(reference) == TensorPrimitives.IndexOfMax(logits) ? 1 : 0;
        var (normal, formNormal) = (Normalize(reference), LogSumExp(logits));
        TensorPrimitives.Subtract(reference, logits, _differences);
        _divergence += TensorPrimitives.Dot<float>(_probabilities, _differences) - (normal - formNormal);
        if (next is { } id)
        {
            _scored++;
            _surprise += formNormal - logits[id];
        }
    }

    /// <summary>Fills the probabilities of the reference.</summary>
    private double Normalize(ReadOnlySpan<float> logits)
    {
        var normal = LogSumExp(logits);
        TensorPrimitives.Subtract(logits, (float)normal, _probabilities);
        TensorPrimitives.Exp(_probabilities, _probabilities);

        // The normaliser itself is rounded to float32: what is left of it would be counted at every difference.
        TensorPrimitives.Divide(_probabilities, TensorPrimitives.Sum<float>(_probabilities), _probabilities);
        return normal;
    }

    private double LogSumExp(ReadOnlySpan<float> logits)
    {
        var most = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, most, _differences);
        TensorPrimitives.Exp(_differences, _differences);
        return most + Math.Log(TensorPrimitives.Sum<float>(_differences));
    }
}
