using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

internal sealed class JinjaInteger(BigInteger value) : JinjaValue
{
    public BigInteger Value { get; } = value;

    public override string TypeName => "int";

    public override bool IsTrue => !Value.IsZero;
}
