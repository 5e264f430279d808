namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Methods of <c>dict</c> that do not change it.</summary>
internal static class DictMethods
{
    public static FunctionTable Table { get; } = new FunctionTable()
        .Add("get", "key default?", (_, self, a) => ((JinjaDict)self).Find(a[0]!) ?? a[1] ?? JinjaNone.Value)
        .Add("items", "", (_, self, _) => new JinjaDictView((JinjaDict)self, JinjaDictView.Part.Items))
        .Add("keys", "", (_, self, _) => new JinjaDictView((JinjaDict)self, JinjaDictView.Part.Keys))
        .Add("values", "", (_, self, _) => new JinjaDictView((JinjaDict)self, JinjaDictView.Part.Values))
        .Add("copy", "", (_, self, _) => self);
}
