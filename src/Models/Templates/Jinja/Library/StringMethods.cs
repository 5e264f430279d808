namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Methods of <c>str</c>.</summary>
internal static class StringMethods
{
    public static FunctionTable Table { get; } = Build();

    private static FunctionTable Build()
    {
        var table = new FunctionTable();
        AddCase(table);
        AddShape(table);
        StringSearch.AddTo(table);
        StringSplitting.AddTo(table);
        StringPredicates.AddTo(table);
        return table;
    }

    private static void AddCase(FunctionTable table)
    {
        Add("upper", PythonCase.Upper);
        Add("lower", PythonCase.Lower);
        Add("casefold", PythonCase.CaseFold);
        Add("capitalize", PythonCase.Capitalize);
        Add("title", PythonCase.Title);
        Add("swapcase", PythonCase.SwapCase);

        void Add(string name, Func<string, string> map) =>
            table.Add(name, "", (evaluator, self, _) => Map(evaluator, (JinjaString)self, map));
    }

    public static JinjaString Map(Evaluator evaluator, JinjaString text, Func<string, string> map)
    {
        evaluator.Budget.ChargeText(text.Text.Length);
        return text.DeriveInPlace(map(text.Text));
    }

    private static void AddShape(FunctionTable table)
    {
        table.Add("strip", "chars?", (_, self, a) => StringStrip.Strip((JinjaString)self, a[0], atStart: true, atEnd: true));
        table.Add("lstrip", "chars?", (_, self, a) => StringStrip.Strip((JinjaString)self, a[0], atStart: true, atEnd: false));
        table.Add("rstrip", "chars?", (_, self, a) => StringStrip.Strip((JinjaString)self, a[0], atStart: false, atEnd: true));
        table.Add("center", "width fillchar?", (e, self, a) => Pad(e, self, a, (missing, width) => (missing / 2) + (missing & width & 1)));
        table.Add("ljust", "width fillchar?", (e, self, a) => Pad(e, self, a, (_, _) => 0));
        table.Add("rjust", "width fillchar?", (e, self, a) => Pad(e, self, a, (missing, _) => missing));
        table.Add("zfill", "width", ZeroFill);
        table.Add("expandtabs", "tabsize?", ExpandTabs);
        table.AddRaw("format", (e, self, arguments) => BraceFormat.Format(e, (JinjaString)self, arguments));
        table.Add("format_map", "mapping", (e, self, a) => BraceFormat.FormatMap(e, (JinjaString)self, a[0]!));
    }

    public static JinjaString Pad(Evaluator evaluator, JinjaValue self, JinjaValue?[] a, Func<int, int, int> leftOf)
    {
        var text = (JinjaString)self;
        var width = Numbers.RequireCount(a[0], 0);
        var fill = a.Length > 1 && a[1] is not null ? Require.Text(a[1], "the fill character") : JinjaString.Trusted(" ");
        if (fill.CodePoints != 1)
            throw JinjaException.Type("TypeError: The fill character must be exactly one character long");
        var missing = width - text.CodePoints;
        if (missing <= 0)
            return text;
        evaluator.Budget.ChargeText(text.Text.Length + ((long)missing * fill.Text.Length));
        var left = leftOf(missing, width);
        return new SpannedBuilder(evaluator.Budget).Repeat(fill, left).Append(text).Repeat(fill, missing - left).ToValue();
    }

    private static JinjaString ZeroFill(Evaluator evaluator, JinjaValue self, JinjaValue?[] a)
    {
        var text = (JinjaString)self;
        var missing = Numbers.RequireCount(a[0], 0) - text.CodePoints;
        if (missing <= 0)
            return text;
        evaluator.Budget.ChargeText(text.Text.Length + (long)missing);
        var sign = text.Text.StartsWith('-') || text.Text.StartsWith('+') ? 1 : 0;
        return new SpannedBuilder(evaluator.Budget)
            .Append(text, 0, sign).Append(new string('0', missing)).Append(text, sign, text.Text.Length - sign).ToValue();
    }

    private static JinjaString ExpandTabs(Evaluator evaluator, JinjaValue self, JinjaValue?[] a)
    {
        var text = (JinjaString)self;
        var size = Numbers.RequireCount(a[0], 8);
        var result = new SpannedBuilder(evaluator.Budget);
        var column = 0;
        for (var at = 0; at < text.Text.Length;)
        {
            var width = PythonText.WidthAt(text.Text, at);
            if (text.Text[at] == '\t')
            {
                var spaces = size > 0 ? size - (column % size) : 0;
                evaluator.Budget.ChargeText(spaces);
                result.Append(JinjaString.Of(new string(' ', spaces), text.HasUserText));
                column += spaces;
            }
            else
            {
                column = text.Text[at] is '\n' or '\r' ? 0 : column + 1;
                result.Append(text, at, width);
            }

            at += width;
        }

        return result.ToValue();
    }
}
