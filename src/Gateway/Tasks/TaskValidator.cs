using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Generation;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Tasks;

/// <summary>Checks every field of a task against <c>tasks.proto</c> before anything is spent on it.</summary>
internal static class TaskValidator
{
    private const int MaxLabels = 1_000;
    private const int DefaultLabels = 5;

    /// <returns>Labels wanted for each image.</returns>
    /// <exception cref="RequestException">INVALID_ARGUMENT; the message names the field, and says what to change.</exception>
    public static int Check(ClassifyRequest request, RequestLimitsOptions limits)
    {
        CheckImages(request.Images, limits);
        return request.Top switch
        {
            0 => DefaultLabels,
            <= MaxLabels => (int)request.Top,
            _ => throw RequestException.Invalid($"top: at most {MaxLabels} labels; it is {request.Top}."),
        };
    }

    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static void Check(EmbedRequest request, RequestLimitsOptions limits)
    {
        if (request.Inputs.Count == 0)
            throw RequestException.Invalid("inputs is empty; send at least one text or image.");
        if (!Enum.IsDefined(request.Pooling))
            throw RequestException.Invalid($"pooling must be a value of Pooling; it is {(int)request.Pooling}.");
        if (!Enum.IsDefined(request.Encoding))
            throw RequestException.Invalid($"encoding must be a value of VectorEncoding; it is {(int)request.Encoding}.");
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            var (input, path) = (request.Inputs[i], $"inputs[{i}]");
            if (input.InputCase == EmbedInput.InputOneofCase.None)
                throw RequestException.Invalid($"{path} is empty; set text or image.");
            if (input.InputCase == EmbedInput.InputOneofCase.Image)
                GenerateValidator.CheckImage(input.Image, path + ".image");
        }

        var texts = request.Inputs.Where(i => i.InputCase == EmbedInput.InputOneofCase.Text).Select(i => i.Text).ToList();
        CheckTexts(texts, "inputs", limits);
        CheckCount(request.Inputs.Count - texts.Count, limits.MaxImages, "inputs", "images");
    }

    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static void Check(SimilarityRequest request, RequestLimitsOptions limits)
    {
        CheckImages(request.Images, limits);
        if (request.Texts.Count == 0)
            throw RequestException.Invalid("texts is empty; send at least one text.");
        CheckTexts(request.Texts, "texts", limits);
    }

    private static void CheckImages(IReadOnlyList<Image> images, RequestLimitsOptions limits)
    {
        if (images.Count == 0)
            throw RequestException.Invalid("images is empty; send at least one image.");
        CheckCount(images.Count, limits.MaxImages, "images", "images");
        for (var i = 0; i < images.Count; i++)
            GenerateValidator.CheckImage(images[i], $"images[{i}]");
    }

    private static void CheckTexts(IReadOnlyList<string> texts, string path, RequestLimitsOptions limits)
    {
        CheckCount(texts.Count, limits.MaxTexts, path, "texts");
        var chars = texts.Sum(text => (long)text.Length);
        if (chars > limits.MaxTextChars)
            throw RequestException.Invalid($"{path}: at most {limits.MaxTextChars} characters of text in one request; there are {chars}.");
        if (texts.Any(string.IsNullOrWhiteSpace))
            throw RequestException.Invalid($"{path}: a text is empty; write something, or leave it out.");
    }

    private static void CheckCount(int count, int most, string path, string what)
    {
        if (count > most)
            throw RequestException.Invalid($"{path}: at most {most} {what} in one request; there are {count}.");
    }
}
