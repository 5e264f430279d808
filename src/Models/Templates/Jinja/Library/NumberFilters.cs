using System.Globalization;
using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Filters that make or change numbers.</summary>
internal static class NumberFilters
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("abs", "", (_, v, _) => v switch
        {
            JinjaFloat number => new JinjaFloat(Math.Abs(number.Value)),
            _ when Numbers.AsInteger(v) is { } integer => new JinjaInteger(BigInteger.Abs(integer)),
            _ => throw JinjaException.Type($"TypeError: bad operand type for abs(): '{v.TypeName}'"),
        });
        table.Add("int", "default? base?", ToInteger);
        table.Add("float", "default?", (e, v, a) => ToFloat(v) is { } number ? new JinjaFloat(number) : a[0] ?? new JinjaFloat(0));
        table.Add("round", "precision? method?", Round);
        table.Add("filesizeformat", "binary?", FileSize);
    }

    private static double? ToFloat(JinjaValue value) => value switch
    {
        JinjaUndefined undefined => throw undefined.Error(),
        JinjaString text => PythonText.ParseFloat(text.Text),
        _ => Numbers.AsFloat(value),
    };

    private static JinjaValue ToInteger(Evaluator evaluator, JinjaValue value, JinjaValue?[] a)
    {
        var radix = Numbers.RequireCount(a[1], 10);
        if (value is JinjaString text && PythonText.ParseInteger(text.Text, radix) is { } parsed)
            return new JinjaInteger(parsed);
        if (Numbers.AsInteger(value) is { } integer)
            return new JinjaInteger(integer);
        return ToFloat(value) is { } number && double.IsFinite(number)
            ? new JinjaInteger(new BigInteger(Math.Truncate(number)))
            : a[0] ?? Require.Integer(0);
    }

    private static JinjaValue Round(Evaluator evaluator, JinjaValue value, JinjaValue?[] a)
    {
        var precision = Numbers.RequireCount(a[0], 0);
        var method = a[1] is null ? "common" : Require.Text(a[1], "method").Text;
        if (method is not ("common" or "ceil" or "floor"))
            throw JinjaException.Type("method must be common, ceil or floor");
        if (value is JinjaUndefined undefined)
            throw undefined.Error();
        if (Numbers.AsFloat(value) is not { } number)
            throw JinjaException.Type($"TypeError: type {value.TypeName} doesn't define __round__ method");
        if (method == "common")
        {
            return value is JinjaFloat ? new JinjaFloat(PythonFloat.Round(number, precision))
                : new JinjaInteger(RoundInteger(Numbers.AsInteger(value)!.Value, precision));
        }

        // Python scales by the integer 10 ** precision, which is a float only for negative precisions.
        var scale = Math.Pow(10, precision);
        var scaled = method == "ceil" ? Math.Ceiling(number * scale) : Math.Floor(number * scale);
        var result = scaled / scale;
        return double.IsFinite(result) ? new JinjaFloat(result) : throw Overflow();
    }

    private static BigInteger RoundInteger(BigInteger value, int precision)
    {
        if (precision >= 0)
            return value;
        if (precision < -PythonText.MaxIntegerDigits)
            return BigInteger.Zero;
        var unit = BigInteger.Pow(10, -precision);
        var quotient = Numbers.FloorDivide(value, unit);
        var half = ((value - (quotient * unit)) * 2).CompareTo(unit);
        return (half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient) * unit;
    }

    private static JinjaString FileSize(Evaluator evaluator, JinjaValue value, JinjaValue?[] a)
    {
        var isBinary = Require.Flag(a[0], false);
        var bytes = ToFloat(value) ?? throw JinjaException.Type("ValueError: could not convert string to float");
        double unit = isBinary ? 1024 : 1000;
        if (bytes == 1)
            return JinjaString.Trusted("1 Byte");
        if (!double.IsFinite(bytes))
            throw Overflow();
        if (bytes < unit)
            return JinjaString.Trusted($"{new BigInteger(bytes).ToString(CultureInfo.InvariantCulture)} Bytes");
        var prefix = 0;
        var size = bytes / unit;
        for (; size >= unit && prefix < 7; prefix++)
            size /= unit;
        return JinjaString.Trusted($"{PythonFloat.Fixed(size, 1)} {(isBinary ? "KMGTPEZY" : "kMGTPEZY")[prefix]}{(isBinary ? "iB" : "B")}");
    }

    private static JinjaException Overflow() => JinjaException.Type("OverflowError: cannot convert float infinity to integer");
}
