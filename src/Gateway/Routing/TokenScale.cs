using System.Collections.Concurrent;

namespace VisionCluster.Gateway.Routing;

/// <summary>
/// How many tokens a model's tokenizer makes of what the gateway, which has none, estimates as one: queues are reported in real tokens, and what
/// a prompt costs must be comparable. Thread-safe.
/// </summary>
internal sealed class TokenScale
{
    private const double Newest = 0.1;
    private const double Most = 16;
    private const int MostModels = 1_024;

    private readonly ConcurrentDictionary<(string Name, string Revision), double> _scales = []; // at most MostModels

    public double Of((string Name, string Revision) model) => _scales.GetValueOrDefault(model, 1);

    /// <param name="model">The model.</param>
    /// <param name="estimated">Tokens of a prompt's text, by bytes.</param>
    /// <param name="actual">By its tokenizer.</param>
    public void Learn((string Name, string Revision) model, double estimated, int actual)
    {
        if (estimated <= 0)
            return;
        if (_scales.Count >= MostModels)
            _scales.Clear(); // models that are long gone; the present ones are learnt anew
        var scale = Math.Clamp(actual / estimated, 1 / Most, Most);
        _scales.AddOrUpdate(model, scale, (_, before) => before + (Newest * (scale - before)));
    }
}
