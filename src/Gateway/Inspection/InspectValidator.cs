using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Generation;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Inspection;

/// <summary>Checks every field against <c>inspection.proto</c> before anything is spent on it.</summary>
internal static class InspectValidator
{
    private const int MaxImages = 4;
    private const int MaxLayers = 64;
    private const int MaxQueries = 256;
    private const int MaxTop = 20;
    private const int MaxAnswerTokens = 64;

    /// <exception cref="RequestException">INVALID_ARGUMENT; the message names the field, and says what to change.</exception>
    public static void Check(InspectRequest request, RequestLimitsOptions limits)
    {
        Refuse(request.Views.Count == 0, "views is empty; choose at least one.");
        Refuse(request.Views.Any(v => v == InspectView.Unspecified || !Enum.IsDefined(v)), "views must be values of InspectView.");
        Refuse(!Enum.IsDefined(request.Tower), $"tower must be a value of Tower; it is {(int)request.Tower}.");
        AtMost("images", request.Images.Count, Math.Min(MaxImages, limits.MaxImages));
        AtMost("layers", request.Layers.Count, MaxLayers);
        Refuse(request.Layers.Any(layer => layer > int.MaxValue), "layers: there is no such layer.");
        AtMost("queries", request.Queries.Count, MaxQueries);
        Refuse(request.Queries.Any(query => query > int.MaxValue), "queries: there is no such position.");
        AtMost("top", (long)request.Top, MaxTop);
        AtMost("answer_tokens", (long)request.AnswerTokens, MaxAnswerTokens);
        AtMost("text, in characters,", request.Text.Length, limits.MaxTextChars);
        for (var i = 0; i < request.Images.Count; i++)
            GenerateValidator.CheckImage(request.Images[i], $"images[{i}]");
    }

    private static void AtMost(string field, long value, long most) => Refuse(value > most, $"{field}: at most {most}; it is {value}.");

    private static void Refuse(bool wrong, string message)
    {
        if (wrong)
            throw RequestException.Invalid(message);
    }
}
