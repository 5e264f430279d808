using VisionCluster.Gateway.Routing;
using static VisionCluster.Gateway.Tests.Placement.Prompts;

namespace VisionCluster.Gateway.Tests.Placement;

public sealed class PrefixMapTests
{
    private const string Device = "cpu:0";

    private readonly PrefixMap _map = new(maxEntries: 1_000);

    [Fact]
    public void Find_SameBeginning_IsWhereItWasSent()
    {
        Send(Ask("What is this?"), "a");

        var hits = _map.Find(Ask("And that?"));

        Assert.False(hits.IsSession);
        Assert.InRange(hits.Places![("a", Device)], 2_000, 2_010);
        Assert.Equal([("a", Device)], hits.Places.Keys);
    }

    [Fact]
    public void Find_OtherTenant_KnowsNothing()
    {
        Send(Ask("What is this?"), "a");

        Assert.Null(_map.Find(Ask("What is this?", tenant: "u")).Places);
    }

    [Fact]
    public void Find_SentToTwo_SaysHowMuchEachHolds()
    {
        Send(Of("t", SystemSays("Be brief."), User("Hi")), "a");
        Send(Of("t", SystemSays("Be brief."), User("Bye")), "b");

        var places = _map.Find(Of("t", SystemSays("Be brief."), User("Bye"))).Places!;

        Assert.True(places[("b", Device)] > places[("a", Device)]);
    }

    [Fact]
    public void Find_LaterTurnOfSession_ExpectsTheWholeConversation()
    {
        var first = Ask("What is this?", session: "s");
        Send(first, "a");
        Assert.False(_map.Find(first).IsSession); // not accepted yet: its start may be repeated
        _map.Found(first, "a", Device, promptTokens: 3_000, expected: 0, found: 0);

        var hits = _map.Find(Of("t", "s", User("And that?")));

        Assert.True(hits.IsSession);
        Assert.Equal(3_000, hits.Places![("a", Device)]);
        Assert.Equal(3_009 + 1, hits.PromptTokens);
    }

    [Fact]
    public void Sent_SessionMoves_IsInOnePlaceOnly()
    {
        var turn = Of("t", "s", User("Hi"));
        Send(turn, "a");
        Send(turn, "b");
        _map.Found(turn, "b", Device, promptTokens: 100, expected: 0, found: 0);

        Assert.Equal([("b", Device)], _map.Find(turn).Places!.Keys);
    }

    [Fact]
    public void Sent_MoreThanFits_ForgetsTheLeastRecentlyUsed()
    {
        var map = new PrefixMap(maxEntries: 40); // the long prompt has 33 blocks
        Send(map, Ask("What is this?"), "a");
        for (var i = 0; i < 7; i++)
            Send(map, Of("t", User($"Question {i}")), "b");
        Assert.NotNull(map.Find(Ask("What is this?")).Places);

        for (var i = 0; i < 1_000; i++)
        {
            Send(map, Of("t", User($"Other question {i}")), "b");
            Assert.InRange(map.Count, 1, 40);
        }

        Assert.Null(map.Find(Ask("What is this?")).Places);
        Assert.NotNull(map.Find(Of("t", User("Other question 999"))).Places);
    }

    [Fact]
    public void Sent_PromptLongerThanTheMap_KeepsItsBeginning()
    {
        var map = new PrefixMap(maxEntries: 10);

        Send(map, Ask("What is this?"), "a");

        Assert.Equal(10, map.Count);
        Assert.InRange(map.Find(Ask("And that?")).Places![("a", Device)], 600, 660);
    }

    [Fact]
    public void Sent_ManyDevices_KnowsTheLatest()
    {
        for (var i = 0; i < 100; i++)
            Send(Ask("What is this?"), $"address-{i}");

        var places = _map.Find(Ask("What is this?")).Places!;

        Assert.Equal(Enumerable.Range(84, 16).Select(i => $"address-{i}"), places.Keys.Select(place => place.Silo).Order());
    }

    [Fact]
    public void Forget_LostSilo_IsNowhereAndFreesItsEntries()
    {
        Send(Ask("What is this?"), "a");
        Send(Ask("And that?"), "b");
        Send(Of("t", User("Mine alone")), "a");

        _map.Forget("a");

        Assert.Equal([("b", Device)], _map.Find(Ask("What is this?")).Places!.Keys);
        Assert.Null(_map.Find(Of("t", User("Mine alone"))).Places);
        _map.Forget("b");
        Assert.Equal(0, _map.Count);
    }

    [Fact]
    public void Found_LessThanExpectedAgainAndAgain_IsTrustedLess_AndMoreOnceItHolds()
    {
        var prompt = Ask("What is this?");
        Send(prompt, "a");

        for (var i = 0; i < 50; i++)
            _map.Found(prompt, "a", Device, 2_000, expected: Part(), found: 0);
        Assert.InRange(Part(), 0.01, 0.1);

        for (var i = 0; i < 50; i++)
            _map.Found(prompt, "a", Device, 2_000, expected: Part(), found: 1);
        Assert.InRange(Part(), 0.95, 1);

        double Part() => _map.Find(prompt).Places![("a", Device)] / (double)prompt.Tokens;
    }

    [Fact]
    public void Sent_NoEntries_KeepsNothing()
    {
        var map = new PrefixMap(maxEntries: 0);

        Send(map, Ask("What is this?", session: "s"), "a");

        Assert.Equal(0, map.Count);
        Assert.Null(map.Find(Ask("What is this?")).Places);
    }

    private void Send(PromptPrefix prompt, string silo) => Send(_map, prompt, silo);

    private static void Send(PrefixMap map, PromptPrefix prompt, string silo) => map.Sent(prompt, map.Find(prompt), silo, Device);
}
