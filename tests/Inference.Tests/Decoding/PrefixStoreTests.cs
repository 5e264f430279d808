using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class PrefixStoreTests : IDisposable
{
    private const int Block = 4;
    private const int BlockBytes = Block * sizeof(ulong);

    private readonly List<string> _calls = [];
    private readonly HistoryRunner _runner;
    private readonly PrefixStore _store;

    public PrefixStoreTests()
    {
        _runner = new HistoryRunner(2, 64) { Calls = _calls };
        _store = new PrefixStore(_runner, 4 * BlockBytes, Block);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Match_EqualBeginning_IsFoundInWholeBlocks()
    {
        Save("a", 1, 2, 3, 4, 5, 6, 7, 8, 9);

        Assert.Equal(8, _store.Match("a", Text(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)));
        Assert.Equal(4, _store.Match("a", Text(1, 2, 3, 4, 5, 6, 7, 0)));
        Assert.Equal(0, _store.Match("a", Text(5, 6, 7, 8)));
        Assert.Equal(0, _store.Match("a", Text(1, 2, 3)));
    }

    [Fact]
    public void Match_OtherScope_FindsNothing()
    {
        Save("a", 1, 2, 3, 4);

        Assert.Equal(0, _store.Match("b", Text(1, 2, 3, 4)));
    }

    [Fact]
    public void Save_SharedBeginning_CopiesOnlyWhatIsNew()
    {
        Assert.Equal(8, Save("a", 1, 2, 3, 4, 5, 6, 7, 8));
        Assert.Equal(4, Save("a", 1, 2, 3, 4, 9, 9, 9, 9));
        Assert.Equal(3 * BlockBytes, _store.Bytes);
    }

    [Fact]
    public void Save_BeyondTheBound_DropsTheLeastRecentlyUsedEndsFirst()
    {
        Save("a", 1, 1, 1, 1, 2, 2, 2, 2);
        Save("a", 3, 3, 3, 3, 4, 4, 4, 4);
        _store.Load(1, "a", Text(1, 1, 1, 1), 0, 4); // used again

        Save("a", 5, 5, 5, 5);

        Assert.Equal(4 * BlockBytes, _store.Bytes);
        Assert.Equal(4, _store.Match("a", Text(1, 1, 1, 1, 2, 2, 2, 2)));
        Assert.Equal(8, _store.Match("a", Text(3, 3, 3, 3, 4, 4, 4, 4)));
        Assert.Equal(4, _store.Match("a", Text(5, 5, 5, 5)));
    }

    [Fact]
    public void Save_LongerThanTheStore_KeepsItsBeginning()
    {
        int[] ids = [.. Enumerable.Range(0, 40)];

        Assert.Equal(16, Save("a", ids));
        Assert.Equal(16, _store.Match("a", Text(ids)));
    }

    [Fact]
    public void Load_WhatTheSlotHoldsAlready_IsNotCopied()
    {
        Save("a", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        _calls.Clear();

        _store.Load(1, "a", Text(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), from: 5, to: 12);

        Assert.Equal(["write 1 from 4 tokens 4", "write 1 from 8 tokens 4"], _calls);
    }

    private int Save(string scope, params int[] ids)
    {
        var embeddings = new float[ids.Length * _runner.HiddenSize];
        _runner.Embed(ids, embeddings);
        _runner.Prefill(0, 0, embeddings, []);
        return _store.Save(0, scope, Text(ids));
    }

    private static TokenIdentity[] Text(params int[] ids) => [.. ids.Select(TokenIdentity.OfText)];
}
