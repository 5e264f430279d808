namespace VisionCluster.Models.Templates.Jinja;

/// <summary><c>strip</c> and its one-sided forms; the <c>trim</c> filter.</summary>
internal static class StringStrip
{
    public static JinjaString Strip(JinjaString text, JinjaValue? among, bool atStart, bool atEnd)
    {
        var characters = Require.OptionalText(among, "strip arg");
        var (start, end) = (0, text.Text.Length);
        while (atStart && start < end && IsStripped(text.Text, start, characters))
            start += PythonText.WidthAt(text.Text, start);
        while (atEnd && end > start && IsStripped(text.Text, LastBefore(text.Text, end), characters))
            end = LastBefore(text.Text, end);
        return text.Substring(start, end - start);
    }

    private static int LastBefore(string text, int end) => end >= 2 && PythonText.WidthAt(text, end - 2) == 2 ? end - 2 : end - 1;

    private static bool IsStripped(string text, int at, JinjaString? characters)
    {
        if (characters is null)
            return PythonText.IsSpace(text[at]);
        var width = PythonText.WidthAt(text, at);
        var among = characters.Text;
        for (var i = 0; i < among.Length; i += PythonText.WidthAt(among, i))
        {
            if (PythonText.WidthAt(among, i) == width && string.CompareOrdinal(among, i, text, at, width) == 0)
                return true;
        }

        return false;
    }
}
