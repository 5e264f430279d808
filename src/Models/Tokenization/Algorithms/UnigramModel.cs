using System.Runtime.InteropServices;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Algorithms;

/// <summary>
/// <c>Unigram</c> (Kudo, arXiv:1804.10959): the most likely tokens that cover the text (Viterbi). Runs of unknown characters are one.
/// </summary>
internal sealed class UnigramModel : ITokenModel
{
    private const double UnknownPenalty = 10;
    private const int NoToken = -1;

    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int _unknownId;
    private readonly ByteFallback? _byteFallback;
    private readonly CharTrie _trie;
    private readonly WordCache _cache = new();

    public UnigramModel(IReadOnlyList<KeyValuePair<string, double>> tokens, int? unknownId, bool byteFallback)
    {
        Vocabulary = new Vocabulary([.. tokens.Select((token, id) => KeyValuePair.Create(token.Key, id))]);
        _scores = [.. tokens.Select(token => token.Value)];
        _unknownScore = (_scores.Length == 0 ? 0 : _scores.Min()) - UnknownPenalty;
        _unknownId = unknownId ?? NoToken;
        _byteFallback = byteFallback ? new ByteFallback(Vocabulary) : null;
        _trie = new CharTrie(tokens.Count * 2);
        for (var id = 0; id < tokens.Count; id++)
        {
            if (tokens[id].Key.Length > 0)
                _trie.Add(tokens[id].Key, id);
        }
    }

    public Vocabulary Vocabulary { get; }

    public void Tokenize(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (_cache.TryAppend(piece, ids))
            return;
        var before = ids.Count;
        var best = FindBestPath(piece);
        var starts = new Stack<int>();
        for (var end = piece.Length; end > 0; end = best[end].Start)
            starts.Push(end);
        AppendTokens(piece, best, starts, ids);
        _cache.Store(piece, CollectionsMarshal.AsSpan(ids)[before..]);
    }

    private Step[] FindBestPath(ReadOnlySpan<char> text)
    {
        var best = new Step[text.Length + 1]; // by end
        Array.Fill(best, new Step(-1, NoToken, 0));
        for (int start = 0, length; start < text.Length; start += length)
        {
            CodePoints.At(text, start, out length);
            var score = best[start].Score;
            var hasSingle = false;
            for (int end = start, node = CharTrie.Root; end < text.Length;)
            {
                node = _trie.ChildOf(node, text[end++]);
                if (node == CharTrie.Missing)
                    break;
                if (_trie.ValueOf(node) is var id and not CharTrie.Missing)
                {
                    Improve(ref best[end], start, id, score + _scores[id]);
                    hasSingle |= end - start == length;
                }
            }

            if (!hasSingle)
                Improve(ref best[start + length], start, _unknownId, score + _unknownScore);
        }

        return best;
    }

    private static void Improve(ref Step step, int start, int id, double score)
    {
        if (step.Start < 0 || score > step.Score)
            step = new Step(start, id, score);
    }

    private void AppendTokens(ReadOnlySpan<char> text, Step[] best, Stack<int> ends, List<int> ids)
    {
        while (ends.TryPop(out var end))
        {
            var (start, id, _) = best[end];
            if (id != _unknownId)
            {
                ids.Add(id);
                continue;
            }

            while (ends.TryPeek(out var next) && best[next].Id == _unknownId)
                end = ends.Pop();
            AppendUnknown(text[start..end], ids);
        }
    }

    private void AppendUnknown(ReadOnlySpan<char> text, List<int> ids)
    {
        if (Vocabulary.TryFind(text, out var id))
            ids.Add(id);
        else if (_byteFallback?.TryAppend(text, ids) != true && _unknownId != NoToken)
            ids.Add(_unknownId);
    }

    /// <param name="Start">Where the last token of the best path to here starts; -1 while there is none.</param>
    private readonly record struct Step(int Start, int Id, double Score);
}
