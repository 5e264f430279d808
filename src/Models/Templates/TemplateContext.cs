using System.Text.Json;

namespace VisionCluster.Models.Templates;

/// <summary>
/// What a chat template renders, in the JSON shapes of transformers' <c>apply_chat_template</c>. Texts of messages, tools, documents and
/// <see cref="UserVariables"/> are user text; those of <see cref="Variables"/> are trusted.
/// </summary>
public sealed record TemplateContext
{
    /// <summary>An array of objects with <c>role</c>, <c>content</c> and whatever else the template knows.</summary>
    public JsonElement Messages { get; init; }

    /// <summary>An array of function schemas; a template without tools sees none.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>An array of documents to quote; a template without documents sees none.</summary>
    public JsonElement? Documents { get; init; }

    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Further top-level names, set by whoever runs the model; they override the checkpoint's special tokens.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Further top-level names from a request, as OpenAI clients send in <c>chat_template_kwargs</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> UserVariables { get; init; } = new Dictionary<string, JsonElement>();
}
