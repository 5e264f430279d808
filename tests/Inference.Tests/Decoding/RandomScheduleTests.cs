using FsCheck.Xunit;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class RandomScheduleTests
{
    /// <summary>
    /// Clients with several turns, sessions, images, sampling, cancellations, deadlines and poisoned prompts share a few slots: every
    /// answer is that of the same request alone on a fresh engine (or, if cut short, its beginning), and nothing stays behind.
    /// </summary>
    [Property(MaxTest = 100)]
    public bool Generations_InAnySchedule_EqualTheSameRequestsAlone(int seed)
    {
        new RandomSchedule(seed).RunAsync().GetAwaiter().GetResult();
        return true;
    }

    [Fact]
    public async Task Generations_OnOneSlotWithOneTokenChunks_EqualTheSameRequestsAlone() =>
        await new RandomSchedule(1, slots: 1, chunk: 1).RunAsync();
}
