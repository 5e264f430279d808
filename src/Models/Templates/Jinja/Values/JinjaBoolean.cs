namespace VisionCluster.Models.Templates.Jinja;

internal sealed class JinjaBoolean : JinjaValue
{
    private JinjaBoolean()
    {
    }

    public static JinjaBoolean True { get; } = new();

    public static JinjaBoolean False { get; } = new();

    public override string TypeName => "bool";

    public override bool IsTrue => this == True;

    public static JinjaBoolean Of(bool value) => value ? True : False;
}
