using System.Runtime.InteropServices;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Unicode;

/// <summary>NFC, NFD, NFKC and NFKD (UAX #15): decompose, order the marks, compose. Flags follow their characters.</summary>
internal static class UnicodeNormalizer
{
    private const int LongestDecomposition = 18;

    public static void Normalize(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextBuffer output, bool compatible, bool compose)
    {
        // Everything below U+0300 is in form C already; ASCII is in every form.
        if (!text.ContainsAnyExceptInRange('\0', compose && !compatible ? '\u02FF' : '\u007F'))
        {
            output.Append(text, flags);
            return;
        }

        var tables = Decompositions.Shared.Value;
        var items = Decompose(tables, text, flags, compatible);
        OrderMarks(CollectionsMarshal.AsSpan(items));
        if (compose)
            Compose(tables, items);
        foreach (var item in items)
            output.AppendCodePoint(item.CodePoint, item.Flags);
    }

    private static List<Item> Decompose(Decompositions tables, ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, bool compatible)
    {
        var items = new List<Item>(text.Length + 16);
        Span<int> parts = stackalloc int[LongestDecomposition];
        for (int i = 0, length; i < text.Length; i += length)
        {
            var codePoint = CodePoints.At(text, i, out length);
            var count = tables.Decompose(codePoint, compatible, parts);
            foreach (var part in parts[..count])
                items.Add(new Item(part, tables.ClassOf(part), flags[i]));
        }

        return items;
    }

    private static void OrderMarks(Span<Item> items)
    {
        for (var start = 0; start < items.Length; start++)
        {
            if (items[start].Class == 0)
                continue;
            var end = start + 1;
            while (end < items.Length && items[end].Class != 0)
                end++;
            if (end - start > 1)
                SortStably(items[start..end]);
            start = end;
        }
    }

    private static void SortStably(Span<Item> run)
    {
        var keys = new long[run.Length];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = ((long)run[i].Class << 32) | (uint)i;
        keys.AsSpan().Sort(run);
    }

    private static void Compose(Decompositions tables, List<Item> items)
    {
        int starter = -1, lastClass = 0, written = 0;
        foreach (var item in items.ToArray())
        {
            // Class 0 means that the last one written is the starter itself, otherwise a mark of the same or a higher class blocks.
            if (starter >= 0 && (lastClass == 0 || lastClass < item.Class)
                && tables.TryCompose(items[starter].CodePoint, item.CodePoint, out var composed))
            {
                items[starter] = new Item(composed, 0, items[starter].Flags | (item.Flags & TextFlags.User));
                continue;
            }

            if (item.Class == 0)
                starter = written;
            lastClass = item.Class;
            items[written++] = item;
        }

        items.RemoveRange(written, items.Count - written);
    }

    private readonly record struct Item(int CodePoint, int Class, TextFlags Flags);
}
