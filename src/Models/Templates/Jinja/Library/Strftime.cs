using System.Globalization;
using System.Text;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary><c>strftime_now</c>: the local time by C's format codes, names in English.</summary>
internal static class Strftime
{
    public static JinjaString Now(Evaluator evaluator, JinjaString format)
    {
        var now = evaluator.Clock.GetLocalNow();
        var result = new StringBuilder();
        evaluator.Budget.ChargeText(format.Text.Length * 10L);
        for (var i = 0; i < format.Text.Length; i++)
        {
            if (format.Text[i] != '%' || i + 1 >= format.Text.Length)
            {
                result.Append(format.Text[i]);
                continue;
            }

            // glibc: a minus drops the padding.
            var isBare = format.Text[i + 1] == '-' && i + 2 < format.Text.Length;
            i += isBare ? 2 : 1;
            var text = Field(now, format.Text[i]) ?? $"%{(isBare ? "-" : "")}{format.Text[i]}";
            result.Append(isBare && text.Length > 1 && char.IsAsciiDigit(text[0]) ? text.TrimStart('0').PadLeft(1, '0') : text);
        }

        return format.Derive(result.ToString());
    }

    private static string? Field(DateTimeOffset now, char code)
    {
        return code switch
        {
            'Y' => Format("yyyy"),
            'y' => Format("yy"),
            'C' => $"{now.Year / 100:00}",
            'm' => Format("MM"),
            'd' => Format("dd"),
            'e' => $"{now.Day,2}",
            'H' => Format("HH"),
            'I' => Format("hh"),
            'k' => $"{now.Hour,2}",
            'l' => $"{((now.Hour + 11) % 12) + 1,2}",
            'M' => Format("mm"),
            'S' => Format("ss"),
            'f' => Format("ffffff"),
            'p' => now.Hour < 12 ? "AM" : "PM",
            'P' => now.Hour < 12 ? "am" : "pm",
            'b' or 'h' => Format("MMM"),
            'B' => Format("MMMM"),
            'a' => Format("ddd"),
            'A' => Format("dddd"),
            'j' => $"{now.DayOfYear:000}",
            'u' => $"{(now.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)now.DayOfWeek)}",
            'w' => $"{(int)now.DayOfWeek}",
            'U' => $"{(now.DayOfYear + 6 - (int)now.DayOfWeek) / 7:00}",
            'W' => $"{(now.DayOfYear + 6 - (((int)now.DayOfWeek + 6) % 7)) / 7:00}",
            'V' => $"{ISOWeek.GetWeekOfYear(now.DateTime):00}",
            'G' => $"{ISOWeek.GetYear(now.DateTime)}",
            'F' => Format("yyyy-MM-dd"),
            'T' or 'X' => Format("HH:mm:ss"),
            'R' => Format("HH:mm"),
            'r' => Format("hh:mm:ss ") + (now.Hour < 12 ? "AM" : "PM"),
            'D' or 'x' => Format("MM/dd/yy"),
            'c' => $"{Format("ddd MMM")} {now.Day,2} {Format("HH:mm:ss yyyy")}",
            's' => $"{now.ToUnixTimeSeconds()}",
            'n' => "\n",
            't' => "\t",
            'z' or 'Z' => "", // Python's now() carries no time zone
            '%' => "%",
            _ => null,
        };

        string Format(string pattern) => now.ToString(pattern, CultureInfo.InvariantCulture);
    }
}
