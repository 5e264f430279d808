using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Attribute paths that filters take (<c>'address.city'</c>, <c>'items.0'</c>), looked up as items.</summary>
internal sealed class AttributePath
{
    private readonly JinjaValue[] _steps;
    private readonly JinjaValue? _default;

    private AttributePath(JinjaValue[] steps, JinjaValue? otherwise)
    {
        _steps = steps;
        _default = otherwise;
    }

    /// <summary>A path, or no step at all for None or a missing argument.</summary>
    public static AttributePath Of(JinjaValue? attribute, JinjaValue? otherwise = null) => new(
        attribute switch
        {
            null or JinjaNone => [],
            JinjaString path => [.. path.Text.Split('.').Select(Step)],
            _ => [attribute],
        },
        otherwise is JinjaNone ? null : otherwise);

    /// <summary>Paths separated by commas.</summary>
    public static AttributePath[] AllOf(JinjaValue? attribute) => attribute is JinjaString paths
        ? [.. paths.Text.Split(',').Select(path => Of(JinjaString.Trusted(path)))]
        : [Of(attribute)];

    public JinjaValue Get(Evaluator evaluator, JinjaValue item)
    {
        foreach (var step in _steps)
        {
            evaluator.Budget.Charge();
            item = Members.GetItem(evaluator, item, step);
            if (item is JinjaUndefined && _default is not null)
                item = _default;
        }

        return item;
    }

    private static JinjaValue Step(string text) => text.Length is > 0 and < 10 && text.All(char.IsAsciiDigit)
        ? new JinjaInteger(BigInteger.Parse(text, System.Globalization.CultureInfo.InvariantCulture))
        : JinjaString.Trusted(text);
}
