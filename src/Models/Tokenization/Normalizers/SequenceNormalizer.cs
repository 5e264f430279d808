using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Normalizers;

/// <summary>One normalizer after the other.</summary>
internal sealed class SequenceNormalizer(IReadOnlyList<INormalizer> steps) : INormalizer
{
    public void Normalize(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextBuffer output)
    {
        if (steps.Count == 0)
        {
            output.Append(text, flags);
            return;
        }

        TextBuffer source = new(), target = new();
        for (var i = 0; i < steps.Count; i++)
        {
            var last = i == steps.Count - 1;
            steps[i].Normalize(i == 0 ? text : source.Text, i == 0 ? flags : source.Flags, last ? output : target);
            (source, target) = (target, source);
            target.Clear();
        }
    }
}
