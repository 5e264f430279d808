using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Python's arithmetic, with bounds on what it may produce.</summary>
internal static class Arithmetic
{
    public static JinjaValue Apply(Evaluator evaluator, string op, JinjaValue left, JinjaValue right)
    {
        if (op == "%" && left is JinjaString format)
            return PercentFormat.Format(evaluator, format, right);
        if (left is JinjaUndefined leftUndefined)
            throw leftUndefined.Error();
        if (right is JinjaUndefined rightUndefined)
            throw rightUndefined.Error();
        if (left is not JinjaFloat && right is not JinjaFloat && Numbers.AsInteger(left) is { } a && Numbers.AsInteger(right) is { } b)
            return Integers(evaluator.Budget, op, a, b);
        if (Numbers.AsFloat(left) is { } x && Numbers.AsFloat(right) is { } y)
            return new JinjaFloat(Floats(op, x, y));
        return op switch
        {
            "+" => Add(evaluator, left, right),
            "*" when Numbers.AsInteger(right) is { } count => Repeat(evaluator, left, count) ?? throw Unsupported(op, left, right),
            "*" when Numbers.AsInteger(left) is { } count => Repeat(evaluator, right, count) ?? throw Unsupported(op, left, right),
            _ => throw Unsupported(op, left, right),
        };
    }

    public static JinjaValue Negate(JinjaValue value) => value switch
    {
        JinjaUndefined undefined => throw undefined.Error(),
        JinjaFloat number => new JinjaFloat(-number.Value),
        _ => new JinjaInteger(-(Numbers.AsInteger(value) ?? throw BadSign("-", value))),
    };

    public static JinjaValue Plus(JinjaValue value) => value switch
    {
        JinjaUndefined undefined => throw undefined.Error(),
        JinjaFloat => value,
        _ => new JinjaInteger(Numbers.AsInteger(value) ?? throw BadSign("+", value)),
    };

    private static JinjaException BadSign(string op, JinjaValue value) =>
        JinjaException.Type($"TypeError: bad operand type for unary {op}: '{value.TypeName}'");

    private static JinjaException Unsupported(string op, JinjaValue left, JinjaValue right) => JinjaException.Type(
        $"TypeError: unsupported operand type(s) for {(op == "**" ? "** or pow()" : op)}: '{left.TypeName}' and '{right.TypeName}'");

    private static JinjaValue Add(Evaluator evaluator, JinjaValue left, JinjaValue right)
    {
        switch (left, right)
        {
            case (JinjaString a, JinjaString b):
                if (a.IsMarkup || b.IsMarkup)
                    return Concat(evaluator, HtmlText.Escape(evaluator, a), HtmlText.Escape(evaluator, b)).AsMarkup();
                return Concat(evaluator, a, b);
            case (JinjaList a, JinjaList b):
                return new JinjaList(Joined(evaluator, a.Items, b.Items));
            case (JinjaTuple a, JinjaTuple b):
                return new JinjaTuple(Joined(evaluator, a.Items, b.Items));
            case (JinjaString or JinjaList or JinjaTuple, _):
                throw JinjaException.Type($"TypeError: can only concatenate {left.TypeName} (not \"{right.TypeName}\") to {left.TypeName}");
            default:
                throw Unsupported("+", left, right);
        }
    }

    private static JinjaString Concat(Evaluator evaluator, JinjaString left, JinjaString right) =>
        new SpannedBuilder(evaluator.Budget).Append(left).Append(right).ToValue();

    private static List<JinjaValue> Joined(Evaluator evaluator, IReadOnlyList<JinjaValue> left, IReadOnlyList<JinjaValue> right)
    {
        evaluator.Budget.ChargeItems(left.Count + (long)right.Count);
        return [.. left, .. right];
    }

    private static JinjaValue? Repeat(Evaluator evaluator, JinjaValue value, BigInteger count)
    {
        count = BigInteger.Max(count, 0);
        switch (value)
        {
            case JinjaString text:
                evaluator.Budget.ChargeText(text.Text.Length * count);
                return new SpannedBuilder(evaluator.Budget).Repeat(text, text.Text.Length == 0 ? 0 : (long)count).ToValue();
            case JinjaList list:
                return new JinjaList(Repeated(evaluator, list.Items, count));
            case JinjaTuple tuple:
                return new JinjaTuple(Repeated(evaluator, tuple.Items, count));
            default:
                return null;
        }
    }

    private static List<JinjaValue> Repeated(Evaluator evaluator, IReadOnlyList<JinjaValue> items, BigInteger count)
    {
        evaluator.Budget.ChargeItems(items.Count * count);
        var result = new List<JinjaValue>();
        for (long i = 0; items.Count > 0 && i < count; i++)
            result.AddRange(items);
        return result;
    }

    private static JinjaValue Integers(Budget budget, string op, BigInteger left, BigInteger right)
    {
        switch (op)
        {
            case "+": return Checked(budget, left + right);
            case "-": return Checked(budget, left - right);
            case "*":
                budget.CheckInteger(left.GetBitLength() + right.GetBitLength() - 1);
                return new JinjaInteger(left * right);
            case "**": return Power(budget, left, right);
        }

        if (right.IsZero)
            throw JinjaException.Type($"ZeroDivisionError: {(op == "/" ? "division" : "integer division or modulo")} by zero");
        var quotient = Numbers.FloorDivide(left, right);
        return op switch
        {
            "//" => new JinjaInteger(quotient),
            "%" => new JinjaInteger(left - (quotient * right)),
            _ => new JinjaFloat(Numbers.ToFloat(left) / Numbers.ToFloat(right)),
        };
    }

    private static JinjaInteger Checked(Budget budget, BigInteger value)
    {
        budget.CheckInteger(value.GetBitLength());
        return new JinjaInteger(value);
    }

    private static JinjaValue Power(Budget budget, BigInteger left, BigInteger right)
    {
        if (right.Sign < 0)
            return new JinjaFloat(Floats("**", Numbers.ToFloat(left), Numbers.ToFloat(right)));
        if (left.IsZero || left.IsOne)
            return new JinjaInteger(right.IsZero ? BigInteger.One : left);
        if (left == BigInteger.MinusOne)
            return new JinjaInteger(right.IsEven ? BigInteger.One : left);
        if (right > budget.Limits.MaxIntegerBits)
            budget.CheckInteger(long.MaxValue);
        budget.CheckInteger((left.GetBitLength() - 1) * (long)right);
        return new JinjaInteger(BigInteger.Pow(left, (int)right));
    }

    private static double Floats(string op, double left, double right)
    {
        if (right == 0 && (op is "/" or "//" or "%"))
            throw JinjaException.Type("ZeroDivisionError: float division by zero");
        switch (op)
        {
            case "+": return left + right;
            case "-": return left - right;
            case "*": return left * right;
            case "/": return left / right;
            case "//": return FloorDivide(left, right);
            case "%": return Modulo(left, right);
        }

        if (left == 0 && right < 0)
            throw JinjaException.Type("ZeroDivisionError: 0.0 cannot be raised to a negative power");
        var power = Math.Pow(left, right);
        if (double.IsNaN(power) && !double.IsNaN(left) && !double.IsNaN(right))
            throw JinjaException.Type("TypeError: complex numbers are not supported");
        if (double.IsInfinity(power) && double.IsFinite(left) && double.IsFinite(right))
            throw JinjaException.Type("OverflowError: (34, 'Numerical result out of range')");
        return power;
    }

    private static double Modulo(double left, double right)
    {
        var rest = left % right;
        if (rest == 0)
            return Math.CopySign(0, right);
        return (rest < 0) != (right < 0) ? rest + right : rest;
    }

    private static double FloorDivide(double left, double right)
    {
        var rest = left % right;
        var quotient = (left - rest) / right;
        if (rest != 0 && (rest < 0) != (right < 0))
            quotient--;
        if (quotient == 0)
            return Math.CopySign(0, left / right);
        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }
}
