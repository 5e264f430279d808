using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Conversions between numeric values; a boolean is an integer, as in Python.</summary>
internal static class Numbers
{
    public static BigInteger? AsInteger(JinjaValue value) => value switch
    {
        JinjaInteger integer => integer.Value,
        JinjaBoolean boolean => boolean.IsTrue ? BigInteger.One : BigInteger.Zero,
        _ => null,
    };

    /// <summary>An integer, boolean or float as a float; null for other types.</summary>
    public static double? AsFloat(JinjaValue value) =>
        value is JinjaFloat number ? number.Value : AsInteger(value) is { } integer ? ToFloat(integer) : null;

    public static double ToFloat(BigInteger value)
    {
        var result = (double)value;
        return double.IsFinite(result) ? result : throw JinjaException.Type("OverflowError: int too large to convert to float");
    }

    /// <summary>An argument that must be an integer; <paramref name="otherwise"/> where it was left out.</summary>
    public static BigInteger RequireInteger(JinjaValue? value, BigInteger otherwise) => value switch
    {
        null => otherwise,
        JinjaUndefined undefined => throw undefined.Error(),
        _ => AsInteger(value) ?? throw JinjaException.Type($"TypeError: '{value.TypeName}' object cannot be interpreted as an integer"),
    };

    /// <summary>As <see cref="RequireInteger"/>, cut to what fits; counts and widths beyond that meet a limit in any case.</summary>
    public static int RequireCount(JinjaValue? value, int otherwise) => Clamp(RequireInteger(value, otherwise));

    public static int Clamp(BigInteger value) => (int)BigInteger.Clamp(value, int.MinValue + 1, int.MaxValue);

    public static BigInteger FloorDivide(BigInteger left, BigInteger right)
    {
        var quotient = BigInteger.DivRem(left, right, out var rest);
        return !rest.IsZero && (rest.Sign < 0) != (right.Sign < 0) ? quotient - 1 : quotient;
    }

    /// <summary>Compares an integer with a float exactly; null with NaN.</summary>
    public static int? Compare(BigInteger left, double right)
    {
        if (double.IsNaN(right))
            return null;
        if (double.IsInfinity(right))
            return right > 0 ? -1 : 1;
        var whole = new BigInteger(Math.Floor(right));
        var order = left.CompareTo(whole);
        return order == 0 && right > Math.Floor(right) ? -1 : order;
    }
}
