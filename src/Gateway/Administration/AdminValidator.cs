using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Errors;

namespace VisionCluster.Gateway.Administration;

/// <summary>Checks what can be judged without the cluster.</summary>
internal static class AdminValidator
{
    private const int MaxSourceChars = 1_024;
    private const int MinRevisionDigits = 4;
    private const uint MaxDrainMs = 600_000;

    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static void Check(LoadModelRequest request)
    {
        if (request.Source.Length is 0 or > MaxSourceChars)
            throw RequestException.Invalid($"source must have 1 to {MaxSourceChars} characters; it has {request.Source.Length}.");
        if (request.Name.Length > 0 && !Identifiers.IsValid(request.Name))
            throw RequestException.Invalid($"name must be {Identifiers.Rule}.");
    }

    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static void Check(UnloadModelRequest request)
    {
        CheckModel(request.Model);
        CheckRevision(request.Revision);
        if (request.Queued && (request.Revision.Length > 0 || request.DrainMs > 0))
            throw RequestException.Invalid("queued: a load that waits has no revision and no answers yet; leave revision and drain_ms empty.");
        if (request.DrainMs > MaxDrainMs)
            throw RequestException.Invalid($"drain_ms must be at most {MaxDrainMs}; it is {request.DrainMs}.");
    }

    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static void Check(SetServingRevisionRequest request)
    {
        CheckModel(request.Model);
        CheckRevision(request.Revision);
    }

    private static void CheckModel(string model)
    {
        if (model.Length == 0)
            throw RequestException.Invalid("model is empty; name a model.");
    }

    private static void CheckRevision(string revision)
    {
        if (revision.Length is > 0 and < MinRevisionDigits)
            throw RequestException.Invalid($"revision must have at least {MinRevisionDigits} digits; it has {revision.Length}.");
    }
}
