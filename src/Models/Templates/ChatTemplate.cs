using System.Text.Json;
using VisionCluster.Models.Templates.Jinja;

namespace VisionCluster.Models.Templates;

/// <summary>
/// A checkpoint's chat template: turns a conversation into the prompt that the model was trained on, by the rules of transformers'
/// <c>apply_chat_template</c> (Jinja in a sandbox). Immutable; any thread may render. Text that came with a request stays marked as such,
/// see <see cref="RenderedPrompt.UserSpans"/>.
/// </summary>
public sealed class ChatTemplate
{
    private readonly JinjaTemplate _template;
    private readonly ContentFormat _format;
    private readonly KeyValuePair<string, JinjaValue>[] _variables;

    private readonly TimeProvider _clock;

    private ChatTemplate(JinjaTemplate template, ContentFormat format, KeyValuePair<string, JinjaValue>[] variables, TimeProvider clock)
    {
        _template = template;
        _format = format;
        _variables = variables;
        _clock = clock;
    }

    /// <summary>Whether messages may hold images: the template reads content as a list of parts.</summary>
    public bool TakesImages => _format == ContentFormat.Parts;

    /// <summary>Compiles a template that has no variables besides the conversation. Errors name line and column.</summary>
    /// <exception cref="ModelException">The template does not compile.</exception>
    public static ChatTemplate Parse(string source, JinjaLimits? limits = null) =>
        Compile(source, new Dictionary<string, JsonElement>(), limits, "The chat template");

    /// <summary>
    /// Compiles a checkpoint's template: <c>chat_template.jinja</c>, else <c>chat_template.json</c>, else that of
    /// <c>tokenizer_config.json</c>. The tokenizer's special tokens (<c>bos_token</c>, <c>eos_token</c>, …) become its variables. Null when
    /// there is no template.
    /// </summary>
    /// <exception cref="ModelException">A file is malformed or the template does not compile.</exception>
    public static ChatTemplate? Load(string checkpointFolder)
    {
        var files = new TemplateFiles(checkpointFolder);
        return files.FindTemplate() is var (source, file) ? Compile(source, files.ReadSpecialTokens(), null, file) : null;
    }

    /// <summary>Renders a conversation.</summary>
    /// <exception cref="PromptException">The template refuses the conversation, fails on it or meets a limit.</exception>
    public RenderedPrompt Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true) =>
        Render(MessageValues.From(messages, _format), JinjaNone.Value, JinjaNone.Value, addGenerationPrompt, []).Prompt;

    /// <summary>Renders messages, tools and documents given as JSON; message content goes to the template in the form it has.</summary>
    /// <exception cref="PromptException">The template refuses the conversation, fails on it or meets a limit.</exception>
    public TemplateRendering Render(TemplateContext context) => Render(
        MessageValues.WithReasoning(JsonValues.From(context.Messages, isUser: true)),
        context.Tools is { } tools ? JsonValues.From(tools, isUser: true) : JinjaNone.Value,
        context.Documents is { } documents ? JsonValues.From(documents, isUser: true) : JinjaNone.Value,
        context.AddGenerationPrompt,
        [.. Values(context.UserVariables, isUser: true), .. Values(context.Variables, isUser: false)]);

    /// <summary>The same template by another clock, which <c>strftime_now</c> and the time limit read. Default: the system's.</summary>
    public ChatTemplate With(TimeProvider clock) => new(_template, _format, _variables, clock);

    private static IEnumerable<KeyValuePair<string, JinjaValue>> Values(IReadOnlyDictionary<string, JsonElement> variables, bool isUser) =>
        variables.Select(pair => KeyValuePair.Create(pair.Key, JsonValues.From(pair.Value, isUser)));

    private static ChatTemplate Compile(
        string source, IReadOnlyDictionary<string, JsonElement> variables, JinjaLimits? limits, string origin)
    {
        try
        {
            var template = JinjaTemplate.Parse(source, limits ?? JinjaLimits.Default);
            var format = ContentFormatDetector.Detect(template);
            return new ChatTemplate(template, format, [.. Values(variables, isUser: false)], TimeProvider.System);
        }
        catch (JinjaException error)
        {
            throw new ModelException($"{origin}: {error.Message}", error);
        }
    }

    private TemplateRendering Render(
        JinjaValue messages, JinjaValue tools, JinjaValue documents, bool addGenerationPrompt, KeyValuePair<string, JinjaValue>[] variables)
    {
        try
        {
            var (text, generated) = _template.Render(
                [
                    .. _variables,
                    .. variables,
                    KeyValuePair.Create("messages", messages),
                    KeyValuePair.Create("tools", tools),
                    KeyValuePair.Create("documents", documents),
                    KeyValuePair.Create<string, JinjaValue>("add_generation_prompt", JinjaBoolean.Of(addGenerationPrompt)),
                ],
                _clock);
            return new TemplateRendering(new RenderedPrompt(text.Text, text.UserSpans), generated);
        }
        catch (JinjaException error)
        {
            var isRaised = error.Kind == JinjaErrorKind.Raised;
            throw new PromptException(isRaised ? error.Message : $"The chat template failed at {error.Message}", error);
        }
    }
}
