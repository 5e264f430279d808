using System.Globalization;
using System.Text;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Methods of <c>str</c> that ask what characters a text consists of.</summary>
internal static class StringPredicates
{
    public static void AddTo(FunctionTable table)
    {
        AddAll("isalpha", IsLetter);
        AddAll("isalnum", code => IsLetter(code) || IsNumeric(code));
        AddAll("isdecimal", code => PythonCase.CategoryOf(code) == UnicodeCategory.DecimalDigitNumber);
        AddAll("isdigit", code => PythonCase.CategoryOf(code) == UnicodeCategory.DecimalDigitNumber || IsSuperscriptLike(code));
        AddAll("isnumeric", IsNumeric);
        AddAll("isspace", code => code < 0x10000 && PythonText.IsSpace((char)code));
        Add("isascii", text => Ascii.IsValid(text));
        Add("isprintable", text => All(text, Printer.IsPrintable));
        Add("islower", IsLower);
        Add("isupper", IsUpper);
        Add("istitle", IsTitle);
        Add("isidentifier", text => text.Length > 0 && !char.IsAsciiDigit(text[0]) && All(text, IsWordCharacter));

        void AddAll(string name, Func<int, bool> holds) => Add(name, text => text.Length > 0 && All(text, holds));

        void Add(string name, Func<string, bool> holds) => table.Add(name, "", (evaluator, self, _) =>
        {
            evaluator.Budget.ChargeText(((JinjaString)self).Text.Length);
            return JinjaBoolean.Of(holds(((JinjaString)self).Text));
        });
    }

    public static bool IsLower(string text) =>
        All(text, code => !PythonCase.IsCased(code) || PythonCase.IsLower(code)) && !All(text, code => !PythonCase.IsCased(code));

    public static bool IsUpper(string text) =>
        All(text, code => !PythonCase.IsCased(code) || PythonCase.IsUpper(code)) && !All(text, code => !PythonCase.IsCased(code));

    public static bool IsWordCharacter(int code) => code == '_' || IsLetter(code) || IsNumeric(code);

    public static bool IsLetter(int code) => PythonCase.CategoryOf(code) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter;

    private static bool IsNumeric(int code) => PythonCase.CategoryOf(code) is
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static bool IsSuperscriptLike(int code) => PythonCase.CategoryOf(code) == UnicodeCategory.OtherNumber
        && Rune.IsValid(code) && CharUnicodeInfo.GetDigitValue(new Rune(code).ToString(), 0) >= 0;

    private static bool IsTitle(string text)
    {
        var (isInWord, sawCased) = (false, false);
        for (var at = 0; at < text.Length; at += PythonText.WidthAt(text, at))
        {
            var code = PythonText.CodePointAt(text, at);
            var isCased = PythonCase.IsCased(code);
            if (isCased && isInWord != PythonCase.IsLower(code))
                return false;
            sawCased |= isCased;
            isInWord = isCased;
        }

        return sawCased;
    }

    private static bool All(string text, Func<int, bool> holds)
    {
        for (var at = 0; at < text.Length; at += PythonText.WidthAt(text, at))
        {
            if (!holds(PythonText.CodePointAt(text, at)))
                return false;
        }

        return true;
    }
}
