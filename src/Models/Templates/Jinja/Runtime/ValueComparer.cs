using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Python's <c>==</c> and <c>hash</c>: numbers by value across types, texts whoever wrote them, lists item by item.</summary>
internal sealed class ValueComparer(Budget? budget) : IEqualityComparer<JinjaValue>
{
    /// <summary>For dictionaries whose keys are texts.</summary>
    public static ValueComparer ForTextKeys { get; } = new(null);

    public bool Equals(JinjaValue? left, JinjaValue? right)
    {
        if (ReferenceEquals(left, right))
            return left is not JinjaFloat { Value: double.NaN };
        if (left is null || right is null)
            return false;
        if (left is JinjaString l && right is JinjaString r)
            return string.Equals(l.Text, r.Text);
        budget?.Charge();
        return (left, right) switch
        {
            (JinjaUndefined, JinjaUndefined) => true,
            (JinjaList a, JinjaList b) => SequenceEqual(a.Items, b.Items),
            (JinjaTuple a, JinjaTuple b) => SequenceEqual(a.Items, b.Items),
            (JinjaDict a, JinjaDict b) => DictEquals(a, b),
            (JinjaRange a, JinjaRange b) => a.Length == b.Length
                && (a.Length.IsZero || (a.Start == b.Start && (a.Length.IsOne || a.Step == b.Step))),
            _ => NumberEquals(left, right),
        };
    }

    public bool SequenceEqual(IReadOnlyList<JinjaValue> left, IReadOnlyList<JinjaValue> right)
    {
        if (left.Count != right.Count)
            return false;
        budget?.Enter();
        var isEqual = true;
        for (var i = 0; isEqual && i < left.Count; i++)
            isEqual = ReferenceEquals(left[i], right[i]) || Equals(left[i], right[i]);
        budget?.Leave();
        return isEqual;
    }

    public int GetHashCode(JinjaValue value) => value switch
    {
        JinjaString text => text.Text.GetHashCode(StringComparison.Ordinal),
        JinjaFloat { Value: var number } => double.IsFinite(number) && Math.Floor(number) == number
            ? new BigInteger(number).GetHashCode() : number.GetHashCode(),
        JinjaTuple tuple => tuple.Hash ?? HashOf(tuple),
        JinjaList or JinjaDict => throw JinjaException.Type($"TypeError: unhashable type: '{value.TypeName}'"),
        JinjaUndefined => 1,
        JinjaRange range => range.Length.GetHashCode(),
        _ => Numbers.AsInteger(value)?.GetHashCode() ?? System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value),
    };

    private int HashOf(JinjaTuple tuple)
    {
        budget?.Enter();
        try
        {
            var hash = new HashCode();
            foreach (var item in tuple.Items)
                hash.Add(GetHashCode(item));
            tuple.Hash = hash.ToHashCode();
            return tuple.Hash.Value;
        }
        finally
        {
            // A look-up with an unhashable key fails here and the template goes on.
            budget?.Leave();
        }
    }

    private bool DictEquals(JinjaDict left, JinjaDict right)
    {
        if (left.Items.Count != right.Items.Count)
            return false;
        budget?.Enter();
        var isEqual = true;
        foreach (var (key, value) in left.Items)
        {
            if (right.Find(key) is not { } other || !(ReferenceEquals(value, other) || Equals(value, other)))
            {
                isEqual = false;
                break;
            }
        }

        budget?.Leave();
        return isEqual;
    }

    private static bool NumberEquals(JinjaValue left, JinjaValue right) => (left, right) switch
    {
        (JinjaFloat a, JinjaFloat b) => a.Value == b.Value,
        (JinjaFloat a, _) => Numbers.AsInteger(right) is { } b && Numbers.Compare(b, a.Value) == 0,
        (_, JinjaFloat b) => Numbers.AsInteger(left) is { } a && Numbers.Compare(a, b.Value) == 0,
        _ => Numbers.AsInteger(left) is { } a && Numbers.AsInteger(right) is { } b && a == b,
    };
}
