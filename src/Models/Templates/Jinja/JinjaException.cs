namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// Carries an error out of the engine; <see cref="ChatTemplate"/> turns it into a <see cref="ModelException"/> or
/// <see cref="PromptException"/>.
/// </summary>
internal sealed class JinjaException(JinjaErrorKind kind, string message, int position = JinjaException.Unknown) : Exception(message)
{
    public const int Unknown = -1;

    public JinjaErrorKind Kind { get; } = kind;

    /// <summary>Offset into the normalised source, or <see cref="Unknown"/>: then it is where the evaluator stands.</summary>
    public int Position { get; } = position;

    public static JinjaException Type(string message) => new(JinjaErrorKind.Runtime, message);

    public static JinjaException Undefined(string message) => new(JinjaErrorKind.Undefined, message);

    public static JinjaException Security(string message) => new(JinjaErrorKind.Security, message);

    public static JinjaException Limit(string message) => new(JinjaErrorKind.Limit, message);
}
