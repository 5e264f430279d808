using System.Runtime.InteropServices;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Algorithms;

/// <summary><c>BPE</c> (Sennrich et al., arXiv:1508.07909): characters, then merges.</summary>
internal sealed class BpeModel(Vocabulary vocabulary, MergeTable merges, BpeOptions options) : ITokenModel
{
    private readonly WordCache _cache = new();
    private readonly ByteFallback? _byteFallback = options.ByteFallback ? new ByteFallback(vocabulary) : null;

    public Vocabulary Vocabulary => vocabulary;

    public void Tokenize(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (options.IgnoreMerges && vocabulary.TryFind(piece, out var whole))
        {
            ids.Add(whole);
            return;
        }

        if (_cache.TryAppend(piece, ids))
            return;
        var start = ids.Count;
        AppendCharacters(piece, ids);
        BpeMerger.Merge(merges, ids, start);
        _cache.Store(piece, CollectionsMarshal.AsSpan(ids)[start..]);
    }

    private void AppendCharacters(ReadOnlySpan<char> piece, List<int> ids)
    {
        // As in the library, byte tokens do not end a run of unknown characters, which is written only when a known one follows.
        var hasUnknown = false;
        for (int i = 0, length; i < piece.Length; i += length)
        {
            CodePoints.At(piece, i, out length);
            var isFirst = i == 0;
            var isLast = i + length == piece.Length;
            var plain = piece.Slice(i, length);
            var symbol = (isFirst || options.ContinuingPrefix.Length == 0) && (!isLast || options.EndSuffix.Length == 0)
                ? plain
                : $"{(isFirst ? "" : options.ContinuingPrefix)}{plain}{(isLast ? options.EndSuffix : "")}";
            if (vocabulary.TryFind(symbol, out var id))
            {
                FlushUnknown(ref hasUnknown, ids);
                ids.Add(id);
            }
            else if (_byteFallback is null || !_byteFallback.TryAppend(symbol, ids))
            {
                if (!options.FuseUnknown)
                    FlushUnknown(ref hasUnknown, ids);
                hasUnknown = options.UnknownId is not null;
            }
        }

        FlushUnknown(ref hasUnknown, ids);
    }

    private void FlushUnknown(ref bool hasUnknown, List<int> ids)
    {
        if (hasUnknown)
            ids.Add(options.UnknownId!.Value);
        hasUnknown = false;
    }
}
