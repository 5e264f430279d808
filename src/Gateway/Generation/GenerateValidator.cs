using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Images;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Generation;

/// <summary>Checks every field of a request against <c>vision.proto</c> before anything is spent on it.</summary>
internal static class GenerateValidator
{
    private const int MaxPriority = 100;

    /// <exception cref="RequestException">INVALID_ARGUMENT; the message names the field, and says what to change.</exception>
    public static void Check(GenerateRequest request, RequestLimitsOptions limits, TimeSpan maxResumeWindow)
    {
        if (request.ResumeWindowMs > maxResumeWindow.TotalMilliseconds)
            throw RequestException.Invalid($"resume_window_ms must be at most {maxResumeWindow.TotalMilliseconds}; it is {request.ResumeWindowMs}.");
        CheckId(request.SessionId, "session_id");
        CheckId(request.RequestId, "request_id");
        if (request.Priority is < -MaxPriority or > MaxPriority)
            throw RequestException.Invalid($"priority must be {-MaxPriority} to {MaxPriority}; it is {request.Priority}.");
        CheckMessages(request, limits);
        SamplingValidator.Check(request.Sampling ?? new Sampling());
        SamplingValidator.Check(request.Stopping ?? new Stopping());
        SamplingValidator.Check(request.LogProbs ?? new LogProbs());
    }

    public static void CheckId(string id, string field)
    {
        if (id.Length > 0 && !Identifiers.IsValid(id))
            throw RequestException.Invalid($"{field} must be {Identifiers.Rule}.");
    }

    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static void CheckImage(Image image, string path)
    {
        switch (image.SourceCase)
        {
            case Image.SourceOneofCase.Data when image.Data.IsEmpty:
                throw RequestException.Invalid($"{path}.data is empty; send the picture's bytes.");
            case Image.SourceOneofCase.Key when !ImageKey.IsWellFormed(image.Key):
                throw RequestException.Invalid(
                    $"{path}.key must be 64 lower-case hex digits, as UploadImage and accepted.image_keys give them.");
            case Image.SourceOneofCase.Url when image.Url.Length == 0:
                throw RequestException.Invalid($"{path}.url is empty.");
            case Image.SourceOneofCase.None:
                throw RequestException.Invalid($"{path} has no source; set data, key or url.");
        }
    }

    private static void CheckMessages(GenerateRequest request, RequestLimitsOptions limits)
    {
        if (request.Messages.Count == 0)
            throw RequestException.Invalid("messages is empty; send at least one message.");
        if (request.Messages.Count > limits.MaxMessages)
            throw RequestException.Invalid($"messages: at most {limits.MaxMessages} in one request; there are {request.Messages.Count}.");
        var (images, chars) = (0, 0L);
        for (var m = 0; m < request.Messages.Count; m++)
        {
            var (message, path) = (request.Messages[m], $"messages[{m}]");
            if (message.Role is not (Message.Types.Role.System or Message.Types.Role.User or Message.Types.Role.Assistant))
                throw RequestException.Invalid($"{path}.role must be ROLE_SYSTEM, ROLE_USER or ROLE_ASSISTANT.");
            if (message.Parts.Count == 0)
                throw RequestException.Invalid($"{path}.parts is empty; give the message a text or an image.");
            if (message.Parts.Count > limits.MaxParts)
                throw RequestException.Invalid($"{path}.parts: at most {limits.MaxParts}; there are {message.Parts.Count}.");
            for (var p = 0; p < message.Parts.Count; p++)
            {
                CheckPart(message.Parts[p], $"{path}.parts[{p}]");
                images += message.Parts[p].ContentCase == Part.ContentOneofCase.Image ? 1 : 0;
                chars += message.Parts[p].Text.Length;
            }
        }

        if (request.Messages[^1].Role != Message.Types.Role.User)
            throw RequestException.Invalid("messages: the last message must have ROLE_USER; it is what the model answers.");
        if (images > limits.MaxImages)
            throw RequestException.Invalid($"messages: at most {limits.MaxImages} images in one request; there are {images}.");
        if (chars > limits.MaxTextChars)
            throw RequestException.Invalid($"messages: at most {limits.MaxTextChars} characters of text; there are {chars}.");
    }

    private static void CheckPart(Part part, string path)
    {
        switch (part.ContentCase)
        {
            case Part.ContentOneofCase.Text when part.Text.Length == 0:
                throw RequestException.Invalid($"{path}.text is empty; give it text, or leave the part out.");
            case Part.ContentOneofCase.Image:
                CheckImage(part.Image, path + ".image");
                break;
            case Part.ContentOneofCase.None:
                throw RequestException.Invalid($"{path} is empty; set text or image.");
        }
    }
}
