namespace VisionCluster.Models.Templates.Jinja;

/// <summary>What a <c>cycler</c> offers.</summary>
internal static class CyclerMethods
{
    public static FunctionTable Table { get; } = new FunctionTable()
        .Add("next", "", (_, self, _) => ((JinjaCycler)self).Next())
        .Add("reset", "", (_, self, _) =>
        {
            ((JinjaCycler)self).Reset();
            return JinjaNone.Value;
        });
}
