namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// A value inside a template. The set is closed: templates reach these types and the methods listed for them in the library, never a .NET
/// object.
/// </summary>
internal abstract class JinjaValue
{
    /// <summary>The name that Python gives the type, for error messages.</summary>
    public abstract string TypeName { get; }

    public virtual bool IsTrue => true;
}
