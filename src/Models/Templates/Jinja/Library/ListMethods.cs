using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Methods of <c>list</c>, <c>tuple</c> and <c>range</c> that do not change them.</summary>
internal static class ListMethods
{
    private static readonly FunctionTable ForTuples = new FunctionTable()
        .Add("count", "value", Count)
        .Add("index", "value start? stop?", Index);

    private static readonly FunctionTable ForLists = new FunctionTable()
        .Add("count", "value", Count)
        .Add("index", "value start? stop?", Index)
        .Add("copy", "", (_, self, _) => self);

    public static FunctionTable For(JinjaValue target) => target is JinjaList ? ForLists : ForTuples;

    private static JinjaInteger Count(Evaluator evaluator, JinjaValue self, JinjaValue?[] a) =>
        Require.Integer(Sequences.Iterate(evaluator, self).Count(item => evaluator.Comparer.Equals(item, a[0])));

    private static JinjaInteger Index(Evaluator evaluator, JinjaValue self, JinjaValue?[] a)
    {
        var length = Sequences.TryLength(self)!.Value;
        var indices = SliceIndices.Resolve(length, Numbers.RequireInteger(a[1], 0), Numbers.RequireInteger(a[2], length), BigInteger.One);
        var index = BigInteger.Zero;
        foreach (var item in Sequences.Iterate(evaluator, self))
        {
            if (index >= indices.Start && index < indices.Stop && evaluator.Comparer.Equals(item, a[0]))
                return new JinjaInteger(index);
            index++;
        }

        throw JinjaException.Type($"ValueError: the value is not in the {self.TypeName}");
    }
}
