namespace VisionCluster.Inference;

/// <summary>Mean of recent values, the newest of which weighs a tenth. Not thread-safe.</summary>
internal struct DecayingMean
{
    private const double Newest = 0.1;
    private bool _known;

    /// <summary>0 until there was one.</summary>
    public double Value { get; private set; }

    public void Add(double value)
    {
        Value = _known ? Value + (Newest * (value - Value)) : value;
        _known = true;
    }
}
