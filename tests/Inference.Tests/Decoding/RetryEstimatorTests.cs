using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class RetryEstimatorTests
{
    private readonly RetryEstimator _estimator = new(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(10));

    [Fact]
    public void Refuse_Repeatedly_SpreadsCallersOverThePlacesToCome()
    {
        _estimator.PlaceFreed(TimeSpan.FromSeconds(2));

        Assert.Equal([2, 4, 6, 8, 10, 10], Enumerable.Range(0, 6).Select(_ => _estimator.Refuse().TotalSeconds));
        _estimator.PlaceFreed(TimeSpan.FromSeconds(2));
        Assert.Equal(2, _estimator.Refuse().TotalSeconds);
    }

    [Fact]
    public void Refuse_FasterLately_EstimatesLess()
    {
        _estimator.PlaceFreed(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 30; i++)
            _estimator.PlaceFreed(TimeSpan.Zero);

        Assert.Equal(0.5, _estimator.Refuse().TotalSeconds);
    }
}
