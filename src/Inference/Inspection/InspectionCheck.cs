using VisionCluster.Inference.Tasks;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Inference.Inspection;

/// <summary>Whether a model has what a request asks for.</summary>
internal static class InspectionCheck
{
    /// <exception cref="InvalidTaskException">It has not; the message says what to change.</exception>
    public static void Check(InspectionRequest request, ModelManifest manifest, InspectionOptions options)
    {
        var (sees, generates) = (manifest.Encoder is not null || manifest.Vision is not null, manifest.Decoder is not null);
        Refuse(request.Views.Count == 0, "views is empty; choose at least one.");
        Refuse(request.Images.Count > options.MaxImages, $"images: at most {options.MaxImages}; there are {request.Images.Count}.");
        Refuse(request.Layers.Count > options.MaxLayers, $"layers: at most {options.MaxLayers}; there are {request.Layers.Count}.");
        Refuse(request.Images.Count > 0 && !sees, "images: this model takes none.");
        Refuse(request.WantsVision && request.Images.Count == 0, "images is empty; these views look at pictures (with tower TEXT some look at text).");
        Refuse(request.WantsText && !generates && manifest.Text is null, "text: this model reads none; tower VISION looks at pictures.");
        Refuse(request.WantsText && string.IsNullOrWhiteSpace(request.Text), "text is empty; these views look at a prompt.");
        Refuse(request.Wants(InspectionView.NextTokens) && !generates, "views: NEXT_TOKENS needs a model that generates.");
        Refuse(request.AnswerTokens > 0 && !generates, "answer_tokens: this model does not generate.");
        Refuse(
            request.AnswerTokens > 0 && manifest.Decoder is { BidirectionalPrefix: true },
            "answer_tokens: this model's prompt looks both ways and its answer does not, which cannot be shown together; leave it out.");
        Refuse(request.Plain && request.Images.Count > 0 && request.WantsText, "plain: images need the chat template; leave one of them out.");
    }

    private static void Refuse(bool wrong, string message)
    {
        if (wrong)
        {
            throw new InvalidTaskException(message);
        }
    }
}
