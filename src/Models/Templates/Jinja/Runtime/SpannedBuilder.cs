using System.Text;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Builds text piece by piece and keeps which pieces a user wrote.</summary>
internal sealed class SpannedBuilder(Budget budget, int maxLength)
{
    private readonly StringBuilder _text = new();
    private List<TextSpan>? _spans;

    public SpannedBuilder(Budget budget)
        : this(budget, budget.Limits.MaxStringLength)
    {
    }

    public int Length => _text.Length;

    public SpannedBuilder Append(JinjaString value)
    {
        Reserve(value.Text.Length);
        foreach (var span in value.UserSpans)
            AddSpan(_text.Length + span.Start, span.Length);
        _text.Append(value.Text);
        return this;
    }

    /// <summary>Appends part of a value, by UTF-16 offsets.</summary>
    public SpannedBuilder Append(JinjaString value, int start, int length)
    {
        Reserve(length);
        foreach (var span in value.UserSpans)
        {
            var from = Math.Max(span.Start, start);
            var to = Math.Min(span.End, start + length);
            if (from < to)
                AddSpan(_text.Length + from - start, to - from);
        }

        _text.Append(value.Text, start, length);
        return this;
    }

    public SpannedBuilder Append(string trusted)
    {
        Reserve(trusted.Length);
        _text.Append(trusted);
        return this;
    }

    public SpannedBuilder Repeat(JinjaString value, long count)
    {
        for (; count > 0; count--)
            Append(value);
        return this;
    }

    public JinjaString ToValue() => JinjaString.Of(_text.ToString(), _spans is null ? [] : [.. _spans]);

    private void Reserve(int length)
    {
        budget.Charge(1 + (length / 4));
        if (_text.Length + (long)length > maxLength)
            throw JinjaException.Limit($"the text is longer than {maxLength} characters");
    }

    private void AddSpan(int start, int length)
    {
        _spans ??= [];
        if (_spans.Count > 0 && _spans[^1].End == start)
            _spans[^1] = new TextSpan(_spans[^1].Start, _spans[^1].Length + length);
        else
            _spans.Add(new TextSpan(start, length));
    }
}
