namespace VisionCluster.Models.Templates.Jinja;

/// <summary>The filters of jinja2, with transformers' <c>tojson</c>.</summary>
internal static class FilterTable
{
    public static FunctionTable Table { get; } = Build();

    private static FunctionTable Build()
    {
        var table = new FunctionTable();
        TextFilters.AddTo(table);
        LayoutFilters.AddTo(table);
        NumberFilters.AddTo(table);
        SequenceFilters.AddTo(table);
        SelectionFilters.AddTo(table);
        SortingFilters.AddTo(table);
        return table;
    }
}
