using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

internal sealed class JinjaRange(BigInteger start, BigInteger stop, BigInteger step) : JinjaValue
{
    public BigInteger Start { get; } = start;

    public BigInteger Stop { get; } = stop;

    public BigInteger Step { get; } = step;

    public BigInteger Length { get; } = step.Sign > 0
        ? (start < stop ? ((stop - start - 1) / step) + 1 : 0)
        : (start > stop ? ((start - stop - 1) / -step) + 1 : 0);

    public override string TypeName => "range";

    public override bool IsTrue => Length > 0;

    public JinjaInteger At(int index) => new(Start + (index * Step));
}
