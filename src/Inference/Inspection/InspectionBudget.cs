using System.Globalization;
using VisionCluster.Inference.Tasks;

namespace VisionCluster.Inference.Inspection;

/// <summary>Counts an answer's bytes before they are computed.</summary>
internal sealed class InspectionBudget(InspectionOptions options)
{
    private long _bytes; // at most MaxAnswerBytes

    /// <summary>Values that will be part of the answer.</summary>
    /// <exception cref="InvalidTaskException">The answer would be too large.</exception>
    public void Charge(params ReadOnlySpan<int> shape)
    {
        _bytes += Bytes(shape);
        if (_bytes > options.MaxAnswerBytes)
        {
            throw new InvalidTaskException(string.Create(
                CultureInfo.InvariantCulture,
                $"The answer would exceed {options.MaxAnswerBytes >> 20} MiB; ask for fewer layers or images, and of attention for some queries or the average over heads."));
        }
    }

    /// <summary>A tensor that a graph makes on the way.</summary>
    /// <exception cref="InvalidTaskException">It would be too large.</exception>
    public void CheckTensor(string what, params ReadOnlySpan<int> shape)
    {
        if (Bytes(shape) > options.MaxTensorBytes)
        {
            throw new InvalidTaskException(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} would take {Bytes(shape) >> 20} MiB; {options.MaxTensorBytes >> 20} MiB is the bound. Send a smaller picture or a shorter text."));
        }
    }

    private static long Bytes(ReadOnlySpan<int> shape)
    {
        var bytes = (long)sizeof(float);
        foreach (var size in shape)
        {
            bytes *= size;
        }

        return bytes;
    }
}
