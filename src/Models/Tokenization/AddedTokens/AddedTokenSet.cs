using VisionCluster.Models.Tokenization.Normalizers;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.AddedTokens;

/// <summary>The added tokens of a tokenizer: those sought in the text as it is, and those sought after normalisation.</summary>
internal sealed class AddedTokenSet
{
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Dictionary<int, string> _normalizedText = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _specials = new(StringComparer.Ordinal);

    /// <param name="listed">As the file lists them; their ids are checked against the model's and assigned as the library does.</param>
    public AddedTokenSet(IEnumerable<AddedToken> listed, Func<string, int?> idInModel, int modelSize, INormalizer? normalizer)
    {
        var next = modelSize;
        foreach (var token in listed.Where(token => token.Content.Length > 0))
        {
            // The library goes by the content; a token that the model does not have gets the next free id, whatever the file says.
            var id = _ids.TryGetValue(token.Content, out var known) ? known : idInModel(token.Content) ?? next++;
            _ids[token.Content] = id;
            _byId[id] = token with { Id = id };
            if (token.Special)
                _specials.Add(token.Content);
            _normalizedText.Remove(id);
            if (token.Normalized && normalizer is not null)
                _normalizedText[id] = Normalize(normalizer, token.Content);
        }

        HighestId = _byId.Count == 0 ? -1 : _byId.Keys.Max();
        Raw = MatcherOf(false);
        Normalized = MatcherOf(true);
    }

    public int HighestId { get; }

    /// <summary>Finds tokens in the text as given; null when there are none to find.</summary>
    public AddedTokenMatcher? Raw { get; }

    /// <summary>Finds tokens in normalised text; null when there are none to find.</summary>
    public AddedTokenMatcher? Normalized { get; }

    public int? IdOf(string content) => _ids.TryGetValue(content, out var id) ? id : null;

    public string? ContentOf(int id) => _byId.TryGetValue(id, out var token) ? token.Content : null;

    /// <summary>What decoders see: the normalised form of a token that was normalised, so that they can undo it.</summary>
    public string? DecoderTextOf(int id) => _normalizedText.TryGetValue(id, out var text) ? text : ContentOf(id);

    public bool IsSpecial(int id) => _byId.TryGetValue(id, out var token) && _specials.Contains(token.Content);

    private AddedTokenMatcher? MatcherOf(bool normalized)
    {
        var sought = _byId.Values
            .Where(token => token.Normalized == normalized)
            .Select(token => (
                Text: normalized ? DecoderTextOf(token.Id)! : token.Content,
                Token: token with { Special = IsSpecial(token.Id) }))
            .Where(token => token.Text.Length > 0)
            .ToList();
        return sought.Count == 0 ? null : new AddedTokenMatcher(sought);
    }

    private static string Normalize(INormalizer normalizer, string text)
    {
        var output = new TextBuffer();
        normalizer.Normalize(text, new TextFlags[text.Length], output);
        return output.Text.ToString();
    }
}
