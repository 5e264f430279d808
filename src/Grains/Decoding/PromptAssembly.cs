using VisionCluster.Contracts.Grains;
using VisionCluster.Inference;
using VisionCluster.Models.Templates;

namespace VisionCluster.Grains.Decoding;

/// <summary>A conversation in the model's own types, with the embeddings of its images in order.</summary>
internal sealed class PromptAssembly
{
    private readonly List<ChatMessage> _messages = [];
    private readonly List<(string Key, ImageEmbedding Embedding)> _images = [];

    private PromptAssembly()
    {
    }

    public IReadOnlyList<ChatMessage> Messages => _messages;

    public IReadOnlyList<(string Key, ImageEmbedding Embedding)> Images => _images;

    /// <summary>Keys without an embedding here; the assembly is unusable unless empty.</summary>
    public HashSet<string> Missing { get; } = new(StringComparer.Ordinal);

    public static PromptAssembly Create(IEnumerable<ConversationMessage> conversation, KeyedEmbedding[] sent, EmbeddingPool pool)
    {
        foreach (var embedding in sent)
            pool.Keep(embedding.Key, embedding.Embedding);
        var assembly = new PromptAssembly();
        var byKey = sent.DistinctBy(e => e.Key).ToDictionary(e => e.Key, e => e.Embedding, StringComparer.Ordinal);
        foreach (var message in conversation)
            assembly._messages.Add(new ChatMessage(message.Role, [.. message.Parts.Select(p => assembly.Convert(p, byKey, pool))]));
        return assembly;
    }

    private ChatPart Convert(ConversationPart part, Dictionary<string, EmbeddingData> sent, EmbeddingPool pool)
    {
        if (part.ImageKey is not { } key)
            return new ChatPart.TextPart(part.Text ?? "");
        if ((sent.GetValueOrDefault(key) ?? pool.Find(key)) is { } data)
            _images.Add((key, new ImageEmbedding(data.Rows, data.Columns, data.Tokens, data.Values)));
        else
            Missing.Add(key);
        return new ChatPart.ImagePart();
    }
}
