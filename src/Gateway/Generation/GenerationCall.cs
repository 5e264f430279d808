using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Generation;

/// <summary>An admitted request and what was decided about it.</summary>
internal sealed record GenerationCall(
    GenerateRequest Request, RunningGeneration Running, ServedModel Model, ulong Seed, GenerationClock Clock)
{
    public string Tenant => Running.Tenant;

    /// <summary>Until the nearest deadline, when the call arrived.</summary>
    public TimeSpan? TimeLeft { get; init; }

    public string GrainKey => Request.SessionId.Length > 0
        ? DecoderKey.ForSession(Tenant, Request.SessionId)
        : DecoderKey.ForRequest(Tenant, Running.RequestId);

    public GenerateCommand ToCommand(PreparedImages images) => new()
    {
        RequestId = Running.RequestId,
        Model = Model.Name,
        Revision = Model.Revision,
        Messages = CommandMapping.ToMessages(Request, images.Keys),
        Embeddings = images.Embeddings,
        Sampling = CommandMapping.ToSampling(Request.Sampling, Request.LogProbs, Seed),
        Stop = CommandMapping.ToStop(Request.Stopping),
        Priority = Request.Priority,
        TimeLeft = TimeLeft - Clock.Elapsed,
    };

    public GenerateResponse ToAccepted(GenerationAccepted accepted, PreparedImages images)
    {
        var message = new Accepted
        {
            RequestId = Running.RequestId,
            SessionId = Request.SessionId,
            Model = Model.Name,
            ModelRevision = Model.Revision,
            PromptTokens = EventMapping.ToPromptTokens(accepted),
            Seed = Seed,
        };
        message.ImageKeys.AddRange(images.Keys);
        return new GenerateResponse { Accepted = message };
    }

    public GenerateResponse ToFinished(GenerationFinished finished, GenerationAccepted accepted, PreparedImages images) => new()
    {
        Finished = new Finished
        {
            Reason = EventMapping.ToReason(finished.End),
            Text = finished.Text,
            Stop = finished.StopString ?? "",
            Usage = new Usage
            {
                PromptTokens = EventMapping.ToPromptTokens(accepted),
                GeneratedTokens = (uint)finished.GeneratedTokens,
                ImagesEncoded = (uint)images.Encoded,
                ImagesCached = (uint)images.Cached,
            },
            Timings = Clock.ToTimings(finished),
        },
    };
}
