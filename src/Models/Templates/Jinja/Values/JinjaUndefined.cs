namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// jinja2's <c>Undefined</c>: prints nothing, is false, iterates as empty; any other use fails with <see cref="Message"/>.
/// </summary>
internal sealed class JinjaUndefined(string message, bool isUnsafe = false, bool failsWhenPrinted = false) : JinjaValue
{
    public string Message { get; } = message;

    /// <summary>Stands for an attribute that the sandbox keeps back.</summary>
    public bool IsUnsafe { get; } = isUnsafe;

    /// <summary>Stricter than jinja2, for Python's internals: not even their absence is printed.</summary>
    public bool FailsWhenPrinted { get; } = failsWhenPrinted;

    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public JinjaException Error() => new(IsUnsafe ? JinjaErrorKind.Security : JinjaErrorKind.Undefined, Message);

    public static JinjaUndefined Name(string name) => new($"'{name}' is undefined");
}
