using System.Runtime.InteropServices;

namespace VisionCluster.Gateway.Routing;

/// <summary>
/// Where this gateway sent which beginnings of prompts and which sessions: an approximate picture of the devices' prefix caches, as in
/// SGLang's router (Zheng et al., 2024), that costs no message. The least recently used entry goes first; a dead silo's go at once. Thread-safe.
/// </summary>
internal sealed class PrefixMap(int maxEntries)
{
    private const int MaxHolders = 16; // of one beginning; the latest ones
    private const int MostPlaces = 8_192;

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, LinkedListNode<Entry>> _entries = []; // at most maxEntries
    private readonly LinkedList<Entry> _newestFirst = [];
    private readonly Dictionary<(string Silo, string Device), PrefixPlace> _places = []; // of silos that live; at most MostPlaces

    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>What devices hold of a prompt.</summary>
    public PrefixHits Find(PromptPrefix prompt)
    {
        lock (_lock)
        {
            if (prompt.Session is { } session && _entries.TryGetValue(session, out var turn) && turn.Value.Tokens > 0)
                return new PrefixHits(turn.Value.Tokens + prompt.Tokens, true, Add(null, turn.Value, turn.Value.Tokens));

            Dictionary<(string Silo, string Device), int>? places = null;
            foreach (var block in prompt.Blocks)
            {
                if (!_entries.TryGetValue(block.Key, out var node))
                    break;
                places = Add(places, node.Value, block.Tokens);
            }

            return new PrefixHits(prompt.Tokens, false, places);
        }
    }

    /// <summary>A prompt goes to a device, which will hold all of it.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="hits">What was found of it before.</param>
    /// <param name="silo">Address.</param>
    /// <param name="device">Of the silo.</param>
    public void Sent(PromptPrefix prompt, PrefixHits hits, string silo, string device)
    {
        if (maxEntries == 0)
            return;
        lock (_lock)
        {
            if (_places.Count >= MostPlaces)
                Clear();
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, (silo, device), out _);
            place ??= new PrefixPlace(silo, device);
            // The first block becomes the newest: without it the others are not found.
            for (var i = hits.IsSession ? -1 : prompt.Blocks.Count - 1; i >= 0; i--)
                Hold(prompt.Blocks[i].Key).Add(place, MaxHolders);
            if (prompt.Session is { } session)
                Hold(session).Add(place, most: 1); // a conversation is in one place
        }
    }

    /// <summary>A prompt was taken, and so many of its tokens were there.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="silo">Address of the silo that took it.</param>
    /// <param name="device">Of the silo.</param>
    /// <param name="promptTokens">Its real length.</param>
    /// <param name="expected">Part of it that was expected there, from 0 to 1.</param>
    /// <param name="found">Part of it that was there.</param>
    public void Found(PromptPrefix prompt, string silo, string device, int promptTokens, double expected, double found)
    {
        lock (_lock)
        {
            if (expected > 0 && _places.TryGetValue((silo, device), out var place))
                place.Found(found * place.Trust / expected);
            if (prompt.Session is { } session && _entries.TryGetValue(session, out var turn))
                turn.Value.Tokens = promptTokens;
        }
    }

    /// <summary>The silo is dead, and its memory with it.</summary>
    public void Forget(string silo)
    {
        lock (_lock)
        {
            var gone = _places.Values.Where(place => place.Silo == silo).ToHashSet();
            if (gone.Count == 0)
                return;
            for (var (node, next) = (_newestFirst.First, (LinkedListNode<Entry>?)null); node is not null; node = next)
            {
                next = node.Next;
                node.Value.Holders.RemoveAll(gone.Contains);
                if (node.Value.Holders.Count == 0)
                    Drop(node);
            }

            foreach (var place in gone)
                _places.Remove((place.Silo, place.Device));
        }
    }

    private static Dictionary<(string Silo, string Device), int>? Add(
        Dictionary<(string Silo, string Device), int>? places, Entry entry, int tokens)
    {
        foreach (var place in entry.Holders)
            (places ??= [])[(place.Silo, place.Device)] = (int)(tokens * place.Trust);
        return places;
    }

    /// <summary>The entry, now the newest.</summary>
    private Entry Hold(UInt128 key)
    {
        if (_entries.TryGetValue(key, out var node))
        {
            _newestFirst.Remove(node);
            _newestFirst.AddFirst(node);
            return node.Value;
        }

        if (_entries.Count >= maxEntries)
            Drop(_newestFirst.Last!);
        return (_entries[key] = _newestFirst.AddFirst(new Entry(key))).Value;
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        _newestFirst.Remove(node);
        _entries.Remove(node.Value.Key);
    }

    private void Clear()
    {
        _entries.Clear();
        _newestFirst.Clear();
        _places.Clear();
    }

    private sealed class Entry(UInt128 key)
    {
        public UInt128 Key { get; } = key;

        /// <summary>Of a session: of all turns that were accepted.</summary>
        public int Tokens { get; set; }

        /// <summary>The latest last.</summary>
        public List<PrefixPlace> Holders { get; } = new(1);

        public void Add(PrefixPlace place, int most)
        {
            Holders.Remove(place);
            if (Holders.Count >= most)
                Holders.RemoveAt(0);
            Holders.Add(place);
        }
    }
}
