namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// Bounds on parsing and rendering one chat template; whatever the template and the conversation are, rendering ends within them. The
/// defaults leave room for any real template with conversations of hundreds of thousands of tokens.
/// </summary>
public sealed record JinjaLimits
{
    public static JinjaLimits Default { get; } = new();

    /// <summary>Longest template source, in UTF-16 units. Default 262,144.</summary>
    public int MaxSourceLength { get; init; } = 1 << 18;

    /// <summary>How deep parentheses, operators, filters and blocks of the source may nest. Default 250.</summary>
    public int MaxNesting { get; init; } = 250;

    /// <summary>Nodes under evaluation at once; bounds recursion of macros, loops and nested values. Default 1,500.</summary>
    public int MaxDepth { get; init; } = 1_500;

    /// <summary>Work of one rendering: a step is a node evaluated, an item visited or four characters made. Default 10,000,000.</summary>
    public long MaxSteps { get; init; } = 10_000_000;

    /// <summary>Longest rendered prompt, in UTF-16 units. Default 8,388,608.</summary>
    public int MaxOutputLength { get; init; } = 8 << 20;

    /// <summary>Longest intermediate string, in UTF-16 units. Default 8,388,608.</summary>
    public int MaxStringLength { get; init; } = 8 << 20;

    /// <summary>Most items of an intermediate list, tuple or mapping. Default 1,000,000.</summary>
    public int MaxItems { get; init; } = 1_000_000;

    /// <summary>Longest <c>range</c>, as in jinja2's sandbox. Default 100,000.</summary>
    public int MaxRange { get; init; } = 100_000;

    /// <summary>Largest integer that arithmetic may make, in bits. Default 2,048.</summary>
    public int MaxIntegerBits { get; init; } = 2_048;

    /// <summary>Longest time for one rendering. Default 10 seconds.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(10);
}
