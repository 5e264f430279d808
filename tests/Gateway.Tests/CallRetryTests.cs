using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tests;

public sealed class CallRetryTests
{
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.FromMilliseconds(10) };
    private readonly FailoverOptions _options = new();
    private readonly CallRetry _retry;

    public CallRetryTests() => _retry = new CallRetry(_options, _time, NullLogger.Instance);

    public static TheoryData<Exception> Harmless { get; } =
    [
        new OperationCanceledException(), // as Orleans cancels a look-up when a range of its directory moves
        new TaskCanceledException(),
        new ConnectionFailedException("refused"),
        new WayLostException(),
    ];

    public static TheoryData<Exception> Begun { get; } = [new TimeoutException(), new SiloLostException(), new SiloUnavailableException()];

    [Theory]
    [MemberData(nameof(Harmless), DisableDiscoveryEnumeration = true)]
    public async Task CallThatKilledNobody_IsRepeatedUntilTheTimeIsUp(Exception exception)
    {
        var repeats = 0;
        for (; _retry.Allows(exception, CancellationToken.None); repeats++)
            await RepeatAsync(exception);

        Assert.InRange(repeats, 100, 1_000);
    }

    [Theory]
    [MemberData(nameof(Begun), DisableDiscoveryEnumeration = true)]
    public async Task CallThatMayHaveBegun_IsRepeatedOnce(Exception exception)
    {
        Assert.True(_retry.Allows(exception, CancellationToken.None));
        await RepeatAsync(exception);

        Assert.False(_retry.Allows(exception, CancellationToken.None));
        Assert.True(_retry.Allows(new ConnectionFailedException("refused"), CancellationToken.None));
    }

    [Fact]
    public void OwnFault_IsNotRepeated()
    {
        Assert.False(_retry.Allows(new InvalidOperationException(), CancellationToken.None));
        Assert.False(_retry.Allows(RequestException.Invalid("text: too long."), CancellationToken.None));
    }

    [Fact]
    public void CallerLeft_NothingIsRepeated()
    {
        var left = new CancellationToken(canceled: true);

        Assert.False(_retry.Allows(new OperationCanceledException(left), left));
        Assert.False(_retry.Allows(new TimeoutException(), left));
    }

    private async Task RepeatAsync(Exception exception)
    {
        var waiting = _retry.WaitAsync(exception, CancellationToken.None);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        await waiting;
    }
}
