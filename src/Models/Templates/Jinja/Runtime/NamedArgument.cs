namespace VisionCluster.Models.Templates.Jinja;

/// <param name="IsUser">Whether the name came out of a mapping whose key a user wrote.</param>
internal readonly record struct NamedArgument(string Name, JinjaValue Value, bool IsUser = false)
{
    public JinjaString Key => JinjaString.Of(Name, IsUser);
}
