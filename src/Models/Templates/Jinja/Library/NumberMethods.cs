using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Methods and properties of <c>int</c> and <c>float</c>.</summary>
internal static class NumberMethods
{
    private static readonly FunctionTable ForIntegers = new FunctionTable()
        .Add("bit_length", "", (_, self, _) => new JinjaInteger(Magnitude(self).GetBitLength()))
        .Add("is_integer", "", (_, _, _) => JinjaBoolean.True)
        .Add("conjugate", "", (_, self, _) => new JinjaInteger(Numbers.AsInteger(self)!.Value));

    private static readonly FunctionTable ForFloats = new FunctionTable()
        .Add("is_integer", "", (_, self, _) => JinjaBoolean.Of(double.IsInteger(((JinjaFloat)self).Value)))
        .Add("conjugate", "", (_, self, _) => self);

    public static FunctionTable For(JinjaValue value) => value is JinjaFloat ? ForFloats : ForIntegers;

    public static JinjaValue? Property(JinjaValue value, string name) => (name, value) switch
    {
        ("real", JinjaFloat) => value,
        ("imag", JinjaFloat) => new JinjaFloat(0),
        (_, JinjaFloat) => null,
        ("real" or "numerator", _) => new JinjaInteger(Numbers.AsInteger(value)!.Value),
        ("imag", _) => Require.Integer(0),
        ("denominator", _) => Require.Integer(1),
        _ => null,
    };

    private static BigInteger Magnitude(JinjaValue value) => BigInteger.Abs(Numbers.AsInteger(value)!.Value);
}
