using System.Numerics;

namespace VisionCluster.Inference.Decoding;

/// <summary>What decode steps took lately, by rows (1, 2-3, 4-7, …).</summary>
internal sealed class StepTimes
{
    /// <summary>Weight of the newest time in an average.</summary>
    private const double Newest = 0.2;

    private const int Sizes = 12; // 2,048 rows and more are one size

    private readonly TimeSpan?[] _times = new TimeSpan?[Sizes];

    public bool Knows(int rows) => _times[Size(rows)] is not null;

    /// <summary>0 where no such step was timed.</summary>
    public TimeSpan Of(int rows) => _times[Size(rows)] ?? TimeSpan.Zero;

    public void Record(TimeSpan time, int rows)
    {
        ref var average = ref _times[Size(rows)];
        average = average is { } known ? known + (Newest * (time - known)) : time;
    }

    private static int Size(int rows) => Math.Min(BitOperations.Log2((uint)rows), Sizes - 1);
}
