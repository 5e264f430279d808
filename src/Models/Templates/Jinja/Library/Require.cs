namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Arguments that must have a type.</summary>
internal static class Require
{
    public static JinjaString Text(JinjaValue? value, string what) => value switch
    {
        JinjaString text => text,
        JinjaUndefined undefined => throw undefined.Error(),
        _ => throw JinjaException.Type($"TypeError: {what} must be str, not {value?.TypeName ?? "NoneType"}"),
    };

    /// <summary>Text, or null where None was given or nothing.</summary>
    public static JinjaString? OptionalText(JinjaValue? value, string what) => value is null or JinjaNone ? null : Text(value, what);

    public static bool Flag(JinjaValue? value, bool otherwise) => value?.IsTrue ?? otherwise;

    public static JinjaInteger Integer(int value) => new(value);
}
