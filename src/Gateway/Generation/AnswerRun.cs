using System.Threading.Channels;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Generation;

/// <summary>Where an answer stands, as its follower sees it. Used by one caller.</summary>
internal sealed class AnswerRun(GenerationCall call, IDecoderGrain grain, PreparedImages images, TimeProvider time)
{
    private const int MaxRecalls = 2;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    private PreparedImages _images = images;
    private PromptPrefix? _prompt;
    private TimeSpan _pause = FirstPause;
    private long _lastContact = time.GetTimestamp();
    private long? _lostAt;
    private int _recalls;
    private string? _silo;
    private string _siloName = "";

    public GenerationCall Call { get; } = call;

    public IDecoderGrain Grain { get; } = grain;

    public string RequestId => Call.Running.RequestId;

    public AnswerCopy Copy { get; } = new();

    public DeathCount Deaths { get; } = new(call.Command.Deaths);

    /// <summary>What the caller has not taken yet; bounded by the answer, which the model's context bounds.</summary>
    public Channel<GenerateResponse> Responses { get; } =
        Channel.CreateUnbounded<GenerateResponse>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    public bool IsRunning { get; set; }

    /// <summary>Starts that were refused.</summary>
    public int Starts { get; private set; } = 1;

    /// <summary>The silo that it must not go to, if there is another.</summary>
    public string? Avoid { get; private set; }

    /// <summary>Since the cluster last said something about it.</summary>
    public TimeSpan Silence => time.GetElapsedTime(_lastContact);

    /// <summary>Where it was sent to, or found; null before.</summary>
    public (DeviceChoice Choice, string Silo, string Device)? Place { get; private set; }

    public PromptPrefix Prompt(DevicePicker picker, ServedModel model) =>
        _prompt ??= picker.Prompt(model, Call.Tenant, Call.SessionId, Call.Command.Messages);

    /// <param name="choice">The device that the gateway chose; null when it knew of none.</param>
    public GenerateCommand ToCommand(DeviceChoice? choice) => Call.ToCommand(_images, Copy, Deaths.InARow) with { Target = choice?.Target };

    public void Placed(DeviceChoice choice, StartReply reply) => Place = reply.Device.Length > 0
        ? (choice, reply.Silo, reply.Device)
        : (choice, choice.Device.SiloAddress, choice.Device.Report.Device); // a repeated start does not say

    /// <summary>Name of the silo that runs it, or ran it last; empty before.</summary>
    public string SiloName => _siloName;

    /// <summary>Cancelled once the silo that runs it is dead.</summary>
    public CancellationToken SiloLost { get; private set; }

    public void Started(string silo, string siloName, CancellationToken lost) =>
        (_silo, _siloName, SiloLost, IsRunning, _lastContact) = (silo, siloName, lost, true, time.GetTimestamp());

    public void Refused(string silo)
    {
        Starts++;
        Avoid = silo;
    }

    /// <summary>The generation is no longer where it was.</summary>
    /// <param name="moved">Given up by a silo that leaves; otherwise it died.</param>
    public void Lost(bool moved)
    {
        _lostAt ??= _lastContact;
        (IsRunning, Avoid) = (false, _silo);
        if (!moved)
            Deaths.Add(Copy.Tokens.Length);
    }

    /// <summary>Relays what is new.</summary>
    /// <returns>Whether anything was.</returns>
    public bool Take(GenerationChunk chunk)
    {
        if (chunk.State == GenerationState.Unknown)
            return false;
        _lastContact = time.GetTimestamp();
        var isNew = chunk.Accepted is { } accepted && Copy.TryAccept(accepted);
        if (isNew)
            Write(Call.ToAccepted(Copy.Accepted!, _siloName));
        foreach (var token in chunk.Tokens)
        {
            if (!Copy.TryAdd(token))
                continue;
            isNew = true;
            if (token.Index >= Call.FirstIndex)
            {
                Call.Clock.TokenWritten();
                Write(EventMapping.ToToken(token));
            }
        }

        _pause = isNew ? FirstPause : _pause;
        return isNew;
    }

    /// <returns>How long the answer paused, once after each failover.</returns>
    public TimeSpan? TakeFailover()
    {
        TimeSpan? pause = _lostAt is { } lost ? time.GetElapsedTime(lost) : null;
        _lostAt = null;
        return pause;
    }

    /// <returns>False when it has to be started once more.</returns>
    public bool Finish(GenerationFinished finished)
    {
        switch (finished.End)
        {
            case GenerationEnd.DeadlineExceeded:
                throw GenerateHandler.DeadlineExceeded();
            case GenerationEnd.Failed:
                Lost(moved: false);
                return Deaths.IsPoison
                    ? throw RequestException.Unavailable("The device failed during the generation; try again.")
                    : false;
            default:
                Write(Call.ToFinished(finished, Copy.Accepted!, _images));
                return true;
        }
    }

    public bool TryRecall() => ++_recalls <= MaxRecalls + Deaths.InARow;

    public void Add(KeyedEmbedding[] embeddings, int encoded) => _images = _images with
    {
        Embeddings = [.. _images.Embeddings, .. embeddings],
        Encoded = _images.Encoded + encoded,
    };

    public TimeSpan NextPause()
    {
        var pause = _pause;
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        return pause;
    }

    private void Write(GenerateResponse response) => Responses.Writer.TryWrite(response);
}
