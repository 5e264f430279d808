using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Messaging;
using Orleans.Runtime;

namespace VisionCluster.Clustering.Tests;

public sealed class LiveGatewaysTests
{
    private static readonly TimeSpan ReadPeriod = TimeSpan.FromSeconds(1);
    private static readonly SiloAddress First = Gateway(11_111, 7);
    private static readonly SiloAddress Second = Gateway(22_222, 7);

    private readonly FakeTimeProvider _time = new();
    private readonly StoreList _store = new([Way(First), Way(Second)]);
    private readonly LiveGateways _gateways;

    public LiveGatewaysTests() => _gateways = new LiveGateways(_store, _time, NullLogger<LiveGateways>.Instance);

    [Fact]
    public async Task Get_WithinASecond_ReadsTheStoreOnce()
    {
        for (var i = 0; i < 10; i++)
            Assert.Equal([Way(First), Way(Second)], await _gateways.GetGateways());
        Assert.Equal(1, _store.Reads);

        _time.Advance(ReadPeriod);
        await _gateways.GetGateways();

        Assert.Equal(2, _store.Reads);
    }

    [Fact]
    public async Task Avoid_ADeadSilo_CompletesWhenTheClientHasAppliedTheListWithoutIt()
    {
        await _gateways.GetGateways();
        var avoiding = _gateways.AvoidAsync([First]);

        Assert.Equal([Way(Second)], await _gateways.GetGateways());
        Assert.False(avoiding.IsCompleted);
        Assert.Equal([Way(Second)], await _gateways.GetGateways());
        Assert.True(avoiding.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Avoid_TheOnlyWay_StaysUsed()
    {
        _ = _gateways.AvoidAsync([First, Second]);

        Assert.Equal([Way(First), Way(Second)], await _gateways.GetGateways());
    }

    [Fact]
    public async Task Avoided_AndGoneFromTheStore_IsForgotten()
    {
        _ = _gateways.AvoidAsync([First]);
        await NextListAsync([Way(Second)]);

        Assert.Equal([Way(First), Way(Second)], await NextListAsync([Way(First), Way(Second)]));
    }

    [Fact]
    public async Task Successor_WithTheSamePorts_IsUsed()
    {
        _ = _gateways.AvoidAsync([First]);
        var successor = Way(Gateway(11_111, 9));

        Assert.Equal([Way(Second), successor], await NextListAsync([Way(First), Way(Second), successor]));
    }

    [Fact]
    public async Task Store_DoesNotAnswer_ThoseThatWereThereAreUsedOn()
    {
        await _gateways.GetGateways();
        _store.Answer = null;
        _time.Advance(ReadPeriod);

        Assert.Equal([Way(First), Way(Second)], await _gateways.GetGateways());
        Assert.Equal([Way(First), Way(Second)], await _gateways.GetGateways());
        Assert.Equal(2, _store.Reads);
    }

    [Fact]
    public async Task Store_NeverAnswered_TheClientIsTold()
    {
        _store.Answer = null;

        await Assert.ThrowsAsync<IOException>(_gateways.GetGateways);
    }

    private static SiloAddress Gateway(int port, int generation) => SiloAddress.New(IPAddress.Loopback, port, generation);

    private static Uri Way(SiloAddress gateway) => new($"gwy.tcp://{gateway.Endpoint}/{gateway.Generation}");

    private async Task<IList<Uri>> NextListAsync(List<Uri> list)
    {
        _store.Answer = list;
        _time.Advance(ReadPeriod);
        return await _gateways.GetGateways();
    }

    private sealed class StoreList(List<Uri>? answer) : IGatewayListProvider
    {
        public List<Uri>? Answer { get; set; } = answer;

        public int Reads { get; private set; }

        public TimeSpan MaxStaleness => ReadPeriod;

        [Obsolete("Orleans does not use it any more.")]
        public bool IsUpdatable => true;

        public Task InitializeGatewayListProvider() => Task.CompletedTask;

        public Task<IList<Uri>> GetGateways()
        {
            Reads++;
            return Answer is null ? throw new IOException("The store is away.") : Task.FromResult<IList<Uri>>([.. Answer]);
        }
    }
}
