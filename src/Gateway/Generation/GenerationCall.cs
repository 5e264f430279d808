using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Admission;

namespace VisionCluster.Gateway.Generation;

/// <summary>An admitted generation and what was decided about it.</summary>
/// <param name="SessionId">Empty for a single answer.</param>
/// <param name="Running">As CancelGeneration finds it.</param>
/// <param name="Command">What its grain was asked, or will be; without embeddings.</param>
/// <param name="Clock">From its arrival.</param>
internal sealed record GenerationCall(string SessionId, RunningGeneration Running, GenerateCommand Command, GenerationClock Clock)
{
    public string Tenant => Running.Tenant;

    public string GrainKey => KeyOf(Tenant, SessionId, Running.RequestId);

    /// <summary>As it was let in; null for one that was resumed.</summary>
    public AdmissionTicket? Ticket { get; init; }

    /// <summary>Whether work that begins now could only come too late.</summary>
    public bool IsOverdue => Command.TimeLeft <= Clock.Elapsed;

    /// <summary>Its client has come back to it.</summary>
    public bool IsResumed { get; init; }

    /// <summary>Tokens that the client has from an earlier stream.</summary>
    public int FirstIndex { get; init; }

    /// <summary>The client wants to come back after its connection broke.</summary>
    public bool Waits => Command.ResumeWindow > TimeSpan.Zero;

    public static string KeyOf(string tenant, string sessionId, string requestId) => sessionId.Length > 0
        ? DecoderKey.ForSession(tenant, sessionId)
        : DecoderKey.ForRequest(tenant, requestId);

    /// <summary>The same, made with another revision of the model.</summary>
    public GenerationCall On(RevisionRoute route) => this with
    {
        Command = Command with { Revision = route.Model.Revision, GoneRevision = route.GoneRevision, NewKeys = route.NewKeys },
    };

    /// <summary>Starts the answer, or goes on behind the tokens that are here.</summary>
    public GenerateCommand ToCommand(PreparedImages images, GeneratedToken[] answered, int deaths) => Command with
    {
        Embeddings = images.Embeddings,
        Answered = answered.Length < Command.Answered.Length ? Command.Answered : answered, // the store's, before any have come
        Deaths = deaths,
        TimeLeft = Command.TimeLeft - Clock.Elapsed,
    };

    public GenerateResponse ToAccepted(GenerationAccepted accepted, string silo = "")
    {
        var message = new Accepted
        {
            RequestId = Running.RequestId,
            SessionId = SessionId,
            Model = Command.Model,
            ModelRevision = Command.Revision,
            PromptTokens = EventMapping.ToPromptTokens(accepted),
            Seed = Command.Sampling.Seed,
            Silo = silo,
        };
        message.ImageKeys.AddRange(Command.Messages.SelectMany(m => m.Parts).Select(p => p.ImageKey).OfType<string>());
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
