using System.Globalization;
using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Floats as Python prints them: shortest digits for repr, exactly rounded (half to even) digits for formats.</summary>
internal static class PythonFloat
{
    public static string Repr(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        var (sign, digits, exponent) = ShortestDigits(value);
        if (exponent is < -4 or >= 16)
            return sign + Scientific(digits, exponent, "e");
        if (exponent < 0)
            return sign + "0." + new string('0', -exponent - 1) + digits;
        return digits.Length <= exponent + 1
            ? sign + digits.PadRight(exponent + 1, '0') + ".0"
            : sign + digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    /// <summary><c>%.{precision}f</c> of a finite number, with its sign; a negative precision rounds to tens, hundreds, ….</summary>
    public static string Fixed(double value, int precision)
    {
        var digits = Scaled(value, precision).ToString(CultureInfo.InvariantCulture);
        var sign = double.IsNegative(value) ? "-" : "";
        if (precision <= 0)
            return sign + (digits == "0" ? digits : digits + new string('0', -precision));
        digits = digits.PadLeft(precision + 1, '0');
        return $"{sign}{digits[..^precision]}.{digits[^precision..]}";
    }

    /// <summary><c>%.{precision}e</c> of a finite number.</summary>
    public static string Exponential(double value, int precision, string mark)
    {
        var (digits, exponent) = RoundedDigits(value, precision + 1);
        return (double.IsNegative(value) ? "-" : "") + Scientific(digits, exponent, mark, keepZeros: true);
    }

    /// <summary>
    /// <c>%.{precision}g</c> of a finite number; <paramref name="keepZeros"/> is the <c>#</c> flag, <paramref name="keepsFraction"/> asks
    /// for a digit after the point.
    /// </summary>
    public static string General(double value, int precision, string mark, bool keepZeros, bool keepsFraction = false)
    {
        precision = Math.Max(precision, 1);
        var (digits, exponent) = RoundedDigits(value, precision);
        var sign = double.IsNegative(value) ? "-" : "";
        if (exponent < -4 || exponent >= (keepsFraction ? precision - 1 : precision))
            return sign + Scientific(keepZeros ? digits : TrimZeros(digits), exponent, mark, keepZeros);
        if (exponent < 0)
            return sign + "0." + new string('0', -exponent - 1) + (keepZeros ? digits : TrimZeros(digits));
        var fraction = digits[(exponent + 1)..];
        fraction = keepZeros ? fraction : fraction.TrimEnd('0');
        return sign + digits[..(exponent + 1)] + (fraction.Length > 0 ? "." + fraction : "");
    }

    /// <summary><c>round(value, precision)</c>.</summary>
    public static double Round(double value, int precision)
    {
        if (!double.IsFinite(value) || precision > 323)
            return value;
        return precision < -308 ? 0 * value : double.Parse(Fixed(value, precision), NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private static string TrimZeros(string digits) => digits.TrimEnd('0') is { Length: > 0 } kept ? kept : "0";

    private static string Scientific(string digits, int exponent, string mark, bool keepZeros = false)
    {
        var fraction = digits.Length > 1 && (keepZeros || digits.AsSpan(1).ContainsAnyExcept('0')) ? "." + digits[1..] : "";
        return $"{digits[0]}{fraction}{mark}{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static (string Sign, string Digits, int Exponent) ShortestDigits(double value)
    {
        var text = Math.Abs(value).ToString("E16", CultureInfo.InvariantCulture);
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var mantissa = shortest.Split('E')[0].Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        var sign = double.IsNegative(value) ? "-" : "";
        if (mantissa.Length == 0)
            return (sign, "0", 0);
        var exponent = int.Parse(text[(text.IndexOf('E', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
        return (sign, mantissa, ExponentOf(shortest, exponent));
    }

    // The exponent of the shortest digits; rounding to 17 digits may have carried into the next power of ten.
    private static int ExponentOf(string shortest, int estimate)
    {
        var parts = shortest.Split('E');
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? parts[0] : parts[0][..point];
        var exponent = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        if (whole.TrimStart('0').Length > 0)
            return exponent + whole.Length - 1;
        if (point < 0)
            return estimate;
        var fraction = parts[0][(point + 1)..];
        return exponent - 1 - (fraction.Length - fraction.TrimStart('0').Length);
    }

    /// <summary>So many significant digits of a number, and the power of ten of the first.</summary>
    private static (string Digits, int Exponent) RoundedDigits(double value, int count)
    {
        if (value == 0)
            return (new string('0', count), 0);
        var exponent = ShortestDigits(value).Exponent;
        var digits = Scaled(value, count - 1 - exponent).ToString(CultureInfo.InvariantCulture);
        if (digits.Length > count)
            (digits, exponent) = (digits[..count], exponent + 1);
        return (digits, exponent);
    }

    /// <summary>|value| · 10^power, rounded half to even.</summary>
    private static BigInteger Scaled(double value, int power)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7ff);
        var mantissa = new BigInteger((bits & 0xfffffffffffff) | (exponent == 0 ? 0 : 1L << 52));
        exponent = Math.Max(exponent, 1) - 1075;
        var numerator = power > 0 ? mantissa * BigInteger.Pow(10, power) : mantissa;
        var denominator = power < 0 ? BigInteger.Pow(10, -power) : BigInteger.One;
        if (exponent > 0)
            numerator <<= exponent;
        else
            denominator <<= -exponent;
        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        var half = (rest << 1).CompareTo(denominator);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
