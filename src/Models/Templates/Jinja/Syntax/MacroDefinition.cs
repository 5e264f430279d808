namespace VisionCluster.Models.Templates.Jinja;

/// <param name="Name">Null for the body of a call block.</param>
/// <param name="UsesCaller">
/// Whether the body reads <c>caller</c>; the same for <c>varargs</c> and <c>kwargs</c>. What a macro does not read, it does not accept.
/// </param>
internal sealed record MacroDefinition(
    string? Name, (string Name, Expression? Default)[] Parameters, Statement[] Body, bool UsesCaller, bool UsesVarargs, bool UsesKwargs);
