namespace VisionCluster.Gateway.Admission;

/// <summary>
/// How much the cluster takes on for each generation that this gateway lets in. Between two reports a gateway cannot see what the others let
/// in, but they do as it does: without this, each of them would fill the same room. Guard with the admission's lock.
/// </summary>
internal sealed class TrafficShare
{
    private const double Keep = 0.7;
    private const double Most = 64;

    private double _all;
    private double _own;

    /// <summary>At least 1: this gateway alone.</summary>
    public double Factor => Math.Clamp(_all / Math.Max(1, _own), 1, Most);

    /// <param name="all">Generations that the model's devices have taken since the last report.</param>
    /// <param name="own">Those of them that came from here.</param>
    public void Reported(long all, int own)
    {
        _all = (_all * Keep) + all;
        _own = (_own * Keep) + own;
    }
}
