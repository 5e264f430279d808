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

    private PromptPipeline(Tokenizer tokenizer, ChatTemplate? template, IPromptExpander? expander, IReadOnlySet<int> endOfSequenceIds)
    {
        (Tokenizer, _template, _expander, EndOfSequenceIds) = (tokenizer, template, expander, endOfSequenceIds);
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
        IPromptExpander? expander = null;
        if (model.Manifest.Encoder is { } encoder)
        {
            var imageToken = tokenizer.IdToToken(encoder.ImageTokenId)
                ?? throw new ModelException($"The tokenizer has no token for image_token_id {encoder.ImageTokenId}.");
            expander = new Idefics3PromptExpander(imageToken);
        }

        return new PromptPipeline(tokenizer, ChatTemplate.Load(model.CheckpointFolder), expander, EndOfSequence.Read(model.CheckpointFolder, tokenizer));
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

    /// <summary>Ids of a rendered and expanded prompt. The template writes the begin token itself, so none is added.</summary>
    public int[] Encode(RenderedPrompt prompt) => Tokenizer.Encode(prompt, addSpecialTokens: false);
}
