using Microsoft.Extensions.Time.Testing;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Admission;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tests.Admission;

public sealed class AdmissionPolicyTests
{
    private static readonly TimeSpan MaxQueueTime = TimeSpan.FromSeconds(10);

    // 100 tokens a second, and every slot taken.
    private static readonly DeviceLoad Full = new()
    {
        MaxWaiting = 256,
        KvTokensFree = 100_000,
        PrefillTokensPerSecond = 1_000,
        DecodeTokensPerSecond = 100,
        PatchesPerSecond = 50,
    };

    [Fact]
    public void Judge_NothingMeasured_Admits() =>
        Assert.Equal(AdmissionVerdict.Admitted, Judge(new DeviceLoad { MaxWaiting = 256 }, Ask(), out _));

    [Fact]
    public void Judge_SlotOpen_WaitsForPromptsOnly()
    {
        Judge(Full with { SlotsOpen = 4, Queue = [Queued("a", 500, 900)] }, Ask(), out var expected);

        Assert.Equal(0.6, expected.TotalSeconds, 3); // 500 tokens ahead and 100 of its own
    }

    [Fact]
    public void Judge_KvFull_WaitsForAnswersAlthoughASlotIsOpen()
    {
        Judge(Full with { SlotsOpen = 4, KvTokensFree = 100, Queue = [Queued("a", 0, 300)] }, Ask(), out var expected);

        Assert.Equal(4.1, expected.TotalSeconds, 3); // 300 tokens ahead, an answer like its own, its prompt
    }

    [Fact]
    public void Judge_LongQueueOfItsOwn_IsRefused() =>
        Assert.Equal(AdmissionVerdict.Backlog, Judge(Full with { Queue = [Queued("a", 0, 1_000)] }, Ask(), out _));

    [Fact]
    public void Judge_LongQueueOfAnother_LetsInUpToTheWeightedShare()
    {
        var others = Queued("b", 0, 5_000, weight: 3);

        // A quarter of the device: 250 tokens in ten seconds, its own and its prompt's time included.
        Assert.Equal(AdmissionVerdict.Admitted, Judge(Full with { Queue = [others, Queued("a", 0, 120)] }, Ask(), out _));
        Assert.Equal(AdmissionVerdict.Backlog, Judge(Full with { Queue = [others, Queued("a", 0, 160)] }, Ask(), out _));
    }

    [Fact]
    public void Judge_DeadlineBeforeFirstToken_IsRefused()
    {
        var load = Full with { Queue = [Queued("a", 0, 300)] };

        Assert.Equal(AdmissionVerdict.Deadline, Judge(load, Ask() with { TimeLeft = TimeSpan.FromSeconds(6) }, out _));
        Assert.Equal(AdmissionVerdict.Admitted, Judge(load, Ask() with { TimeLeft = TimeSpan.FromSeconds(8) }, out _));
    }

    [Fact]
    public void Judge_IdleDeviceThatWasSlow_AdmitsWhatItsOldRatesForbid()
    {
        var slow = Full with { SlotsOpen = 4, DecodeTokensPerSecond = 0.1 };
        var urgent = Ask() with { TimeLeft = TimeSpan.FromSeconds(6) };

        Assert.Equal(AdmissionVerdict.Admitted, Judge(slow, urgent, out _));
        Assert.Equal(AdmissionVerdict.Deadline, Judge(slow with { Queue = [Queued("a", 0, 100)] }, urgent, out _));
    }

    [Fact]
    public void Judge_HigherPriority_SeesOnlyItsOwnAndHigherOnes()
    {
        var load = Full with { Queue = [Queued("a", 0, 5_000), Queued("a", 0, 100, priority: 5)] };

        Assert.Equal(AdmissionVerdict.Backlog, Judge(load, Ask(), out _));
        Assert.Equal(AdmissionVerdict.Admitted, Judge(load, Ask() with { Priority = 5 }, out var expected));
        Assert.Equal(2.1, expected.TotalSeconds, 3);
    }

    [Fact]
    public void Judge_PicturesWait_CountForPicturesOnly()
    {
        var load = Full with { SlotsOpen = 1, Queue = [new QueuedLoad("a", 1, int.MaxValue, 0, 0, 0, 1_000)] };

        Assert.Equal(AdmissionVerdict.Admitted, Judge(load, Ask(), out _));
        Assert.Equal(AdmissionVerdict.Backlog, Judge(load, Ask() with { Cost = new RequestCost(100, 100, 10) }, out _));
    }

    [Fact]
    public void Judge_ManySmallOnesWait_KeepsPlacesForOthers()
    {
        var load = Full with { Queue = [Queued("a", 0, 10, requests: 230)] };

        Assert.Equal(AdmissionVerdict.Waiting, Judge(load, Ask() with { Cost = new RequestCost(1, 1, 0) }, out _));
        Assert.Equal(AdmissionVerdict.Admitted, Judge(load, Ask("b") with { Cost = new RequestCost(1, 1, 0) }, out _));
    }

    [Fact]
    public void Estimate_TextPicturesAndLimit_AreCounted()
    {
        var load = ModelOf(Full with { TokensPerImage = 64, PatchesPerImage = 80, MeanOutputTokens = 20 }).Load;
        var request = Requests.Ask(Requests.Text(new string('x', 400)), Requests.Picture([1]), Requests.PictureKey("k"));

        Assert.Equal(new RequestCost(100 + 8 + 128, 12, 80), CostEstimator.Estimate(request, load));
        Assert.Equal(20, CostEstimator.Estimate(request.With(r => r.Stopping = new Stopping()), load).OutputTokens);
    }

    [Fact]
    public void RetryBacklog_ManyRefused_AreToldLaterAndLaterUntilTimePasses()
    {
        var time = new FakeTimeProvider();
        var retry = new RetryBacklog(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60), time);

        var hints = Enumerable.Range(0, 3).Select(_ => retry.Refuse(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)).TotalSeconds).ToArray();
        time.Advance(TimeSpan.FromSeconds(100));

        Assert.Equal([1, 3, 5], hints);
        Assert.Equal(0.1, retry.Refuse(-TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)).TotalSeconds);
    }

    private static AdmissionVerdict Judge(DeviceLoad load, AdmissionRequest request, out TimeSpan expected) =>
        AdmissionPolicy.Judge(ModelOf(load).Load, [], 1, request, MaxQueueTime, out expected);

    private static AdmissionRequest Ask(string tenant = "a") => new(ModelOf(Full), new RequestCost(100, 100, 0), tenant, 1, 0, null);

    private static QueuedLoad Queued(string tenant, long prompt, long output, int priority = 0, int requests = 1, double weight = 1) =>
        new(tenant, weight, priority, requests, prompt, output, 0);

    private static ServedModel ModelOf(DeviceLoad load)
    {
        var report = new ModelReport
        {
            Name = "m",
            Revision = "r",
            ProcessorDigest = "p",
            Family = "f",
            Tasks = ["generate"],
            ContextTokens = 4_096,
            Precision = "fp32",
            Device = "cpu:0",
            Load = load,
        };
        return new ServedModel(report, [new ModelDevice("s", "a", report)]);
    }
}
