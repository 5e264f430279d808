namespace VisionCluster.Models.Templates.Jinja;

internal enum JinjaErrorKind
{
    /// <summary>The source does not compile.</summary>
    Syntax,

    /// <summary>What Python raises as TypeError, ValueError and the like.</summary>
    Runtime,

    /// <summary>Use of something undefined.</summary>
    Undefined,

    /// <summary>Refused by the sandbox.</summary>
    Security,

    /// <summary>The template called <c>raise_exception</c>.</summary>
    Raised,

    /// <summary>A bound of <see cref="JinjaLimits"/> was met.</summary>
    Limit,
}
