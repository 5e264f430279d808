using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Models.Prompts;

/// <summary>A model's way from messages to token ids: chat template, image expansion, tokenizer. Immutable and thread-safe.</summary>
public sealed class PromptPipeline
{
    private readonly ChatTemplate? _template;
    private readonly IPromptExpander? _expander;
    private readonly string? _beginToken;

    private PromptPipeline(Tokenizer tokenizer, ChatTemplate? template, IPromptExpander? expander, string? beginToken, IReadOnlySet<int> endOfSequenceIds)
    {
        (Tokenizer, _template, _expander, _beginToken, EndOfSequenceIds) = (tokenizer, template, expander, beginToken, endOfSequenceIds);
    }

    public Tokenizer Tokenizer { get; }

    /// <summary>Whether it can take messages.</summary>
    public bool HasTemplate => _template is not null;

    /// <summary>Ids that end an answer: those of <c>generation_config.json</c>, <c>config.json</c> and the tokenizer's end token.</summary>
    public IReadOnlySet<int> EndOfSequenceIds { get; }

    /// <exception cref="ModelException">Tokenizer or template cannot be honoured.</exception>
    public static PromptPipeline Load(CompiledModel model)
    {
        var tokenizer = Tokenizer.Load(model.CheckpointFolder);
        var begin = tokenizer.NamedTokens.GetValueOrDefault("bos_token");
        var expander = model.Manifest.Encoder is { } encoder ? Expander(model.Manifest.Family, encoder, tokenizer, begin) : null;

        // PaliGemma's expander writes the begin token in its place; a text model's template writes what it wants.
        var added = expander is null or PaliGemmaPromptExpander ? null : begin;
        return new PromptPipeline(
            tokenizer, ChatTemplate.Load(model.CheckpointFolder), expander, added, EndOfSequence.Read(model.CheckpointFolder, tokenizer));
    }

    /// <summary>The conversation as the chat template writes it, placeholders not yet expanded.</summary>
    /// <exception cref="PromptException">There is no template, or it refuses the messages.</exception>
    public RenderedPrompt Render(IReadOnlyList<ChatMessage> messages) =>
        (_template ?? throw new PromptException("This model has no chat template; it cannot take messages.")).Render(messages);

    /// <exception cref="PromptException">Placeholders and images differ in number.</exception>
    public RenderedPrompt Expand(RenderedPrompt prompt, IReadOnlyList<ImageGrid> images)
    {
        if (_expander is not null)
        {
            return _expander.Expand(prompt, images);
        }

        return images.Count == 0 ? prompt : throw new PromptException("This model takes no images.");
    }

    /// <summary>
    /// Ids of a rendered and expanded prompt. As transformers' processors do, the tokenizer adds its own special tokens unless the
    /// template wrote the begin token already; text models' templates write all of them.
    /// </summary>
    public int[] Encode(RenderedPrompt prompt) => Tokenizer.Encode(prompt, AddsSpecialTokens(prompt));

    /// <summary>Whether <see cref="Encode"/> lets the tokenizer add its special tokens.</summary>
    public bool AddsSpecialTokens(RenderedPrompt prompt) =>
        _beginToken is not null && !prompt.Text.StartsWith(_beginToken, StringComparison.Ordinal);

    private static IPromptExpander Expander(string family, EncoderManifest encoder, Tokenizer tokenizer, string? beginToken)
    {
        var imageToken = tokenizer.IdToToken(encoder.ImageTokenId)
            ?? throw new ModelException($"The tokenizer has no token for the image token id {encoder.ImageTokenId}.");
        return family switch
        {
            "idefics2" => new Idefics2PromptExpander(imageToken),
            "idefics3" or "smolvlm" => new Idefics3PromptExpander(imageToken),
            "llava" => new LlavaPromptExpander(imageToken),
            "paligemma" => new PaliGemmaPromptExpander(imageToken, beginToken ?? throw new ModelException("The tokenizer names no begin token (bos_token).")),
            _ => throw new ModelException($"Prompts of model type {family} are not known."),
        };
    }
}
