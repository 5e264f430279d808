using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Routing;

/// <summary>
/// Chooses where an answer goes: the device with the shortest expected time to its first token, by measured rates, by what waits there and by
/// what it holds of the prompt already. A report is up to a second old, so what this gateway has sent since then counts, too; otherwise
/// everything of that second would meet on one device.
/// </summary>
internal sealed class DevicePicker(PrefixMap prefixes, RoutingOptions options)
{
    /// <summary>Fewest tokens for which a device is preferred: engines take over no fewer.</summary>
    internal const int MinHeldTokens = 16;

    // Estimates that are closer are equal: gateways that see the same figures must not all choose the one that is a little quicker.
    private const double EqualSeconds = 0.002;
    private const double EqualPart = 0.1;

    private readonly SentLedger _sent = new();
    private readonly TokenScale _scale = new();

    /// <summary>For work without a prompt that devices could hold.</summary>
    /// <param name="model">Has at least one device.</param>
    public ModelDevice Choose(ServedModel model) => Choose(model, PromptPrefix.None).Device;

    /// <summary>A prompt as <see cref="Choose(ServedModel, PromptPrefix, int, string?)"/> takes it.</summary>
    /// <param name="model">Of the answer.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="sessionId">Empty for a single answer.</param>
    /// <param name="messages">What is new in the conversation.</param>
    public PromptPrefix Prompt(ServedModel model, string tenant, string sessionId, IEnumerable<ConversationMessage> messages) =>
        PromptPrefix.Of(tenant, sessionId, model.Key, messages, model.Load.TokensPerImage, _scale.Of(model.Key));

    /// <param name="model">Has at least one device.</param>
    /// <param name="prompt">What the answer is to.</param>
    /// <param name="priority">Higher goes first.</param>
    /// <param name="avoid">Address of a silo that just failed or leaves; used only if there is no other.</param>
    public DeviceChoice Choose(ServedModel model, PromptPrefix prompt, int priority = 0, string? avoid = null)
    {
        var hits = prefixes.Find(prompt);
        var (device, reason) = Best(model, prompt, hits, priority, avoid);
        var choice = new DeviceChoice(model, device, reason, prompt, hits);
        _sent.Add(device, choice.ToPrefill(device));
        prefixes.Sent(prompt, hits, device.SiloAddress, device.Report.Device);
        return choice;
    }

    /// <summary>An answer has begun: where its session is, if that is another place than was chosen.</summary>
    /// <returns>Why it is there.</returns>
    public ChoiceReason Started(DeviceChoice choice, string silo, string device)
    {
        if (device.Length == 0 || (silo, device) == (choice.Device.SiloAddress, choice.Device.Report.Device))
            return choice.Reason;
        Refused(choice);
        if (Find(choice.Model, silo, device) is { } actual)
            _sent.Add(actual, choice.ToPrefill(actual));
        prefixes.Sent(choice.Prompt, choice.Hits, silo, device);
        return choice.Prompt.Session is null ? choice.Reason : ChoiceReason.Session;
    }

    /// <summary>An answer's prompt was taken: tells how much of it was there.</summary>
    /// <returns>Tokens that were expected to be there.</returns>
    public int Accepted(DeviceChoice choice, string silo, string device, GenerationAccepted accepted)
    {
        var tokens = accepted.TextTokens + accepted.ImageTokens;
        if (tokens == 0)
            return 0;
        // Of a session that other gateways have led only the new messages are known here; its earlier turns are usually there.
        if (choice.Prompt.Session is null || (!choice.Hits.IsSession && accepted.CachedTokens < MinHeldTokens))
            _scale.Learn(choice.Model.Key, choice.Prompt.TextTokens, accepted.TextTokens);
        var held = choice.Hits.Places?.GetValueOrDefault((silo, device)) ?? 0;
        var expected = Math.Min(1, held / Math.Max(1.0, choice.Hits.PromptTokens));
        prefixes.Found(choice.Prompt, silo, device, tokens, expected, accepted.CachedTokens / (double)tokens);
        return (int)(expected * tokens);
    }

    /// <summary>An answer has ended, or left its device: if no report has it yet, none will.</summary>
    public void Ended(DeviceChoice choice, string silo, string device)
    {
        if (Find(choice.Model, silo, device) is { } actual)
            _sent.Withdraw(actual, choice.ToPrefill(actual));
    }

    /// <summary>The device did not take it.</summary>
    public void Refused(DeviceChoice choice) => _sent.Withdraw(choice.Device, choice.ToPrefill(choice.Device));

    private (ModelDevice Device, ChoiceReason Reason) Best(ServedModel model, PromptPrefix prompt, PrefixHits hits, int priority, string? avoid)
    {
        var devices = model.Devices;
        if (avoid is not null && devices.Any(d => d.SiloAddress != avoid))
            devices = [.. devices.Where(d => d.SiloAddress != avoid)];
        var candidates = new Candidate[devices.Count];
        var emptiest = double.MaxValue;
        for (var i = 0; i < candidates.Length; i++)
        {
            var (device, held) = (devices[i], hits.Of(devices[i]));
            var estimate = StartEstimate.Of(device.Report, model.Rates, _sent.Of(device), hits.PromptTokens - held, priority);
            candidates[i] = new Candidate(device, held, estimate);
            emptiest = Math.Min(emptiest, estimate.Occupancy);
        }

        var mostHeld = 0;
        var shortest = double.MaxValue;
        foreach (ref var candidate in candidates.AsSpan())
        {
            mostHeld = Math.Max(mostHeld, candidate.Held);
            if (candidate.Held > 0 && candidate.Estimate.Occupancy > emptiest + options.MaxImbalance)
            {
                var cold = StartEstimate.Of(candidate.Device.Report, model.Rates, _sent.Of(candidate.Device), hits.PromptTokens, priority);
                candidate = new Candidate(candidate.Device, 0, cold);
            }

            shortest = Math.Min(shortest, candidate.Estimate.Seconds);
        }

        // Each gateway looks from another place on.
        var (start, limit) = (Random.Shared.Next(candidates.Length), (shortest * (1 + EqualPart)) + EqualSeconds);
        var home = options.PrefixEntries > 0 && prompt.Home is { } seed ? model.HomeOf(seed) : null;
        Candidate? best = null;
        for (var i = 0; i < candidates.Length; i++)
        {
            var candidate = candidates[(start + i) % candidates.Length];
            if (candidate.Estimate.Seconds <= limit && (best is not { } other || IsBetter(candidate, other, home)))
                best = candidate;
        }

        var chosen = best!.Value;
        return (chosen.Device, ReasonOf(chosen, mostHeld, hits.IsSession, home));
    }

    private static bool IsBetter(Candidate candidate, Candidate other, ModelDevice? home)
    {
        if (Math.Abs(candidate.Held - other.Held) >= MinHeldTokens)
            return candidate.Held > other.Held;
        if (candidate.Held < MinHeldTokens && ReferenceEquals(candidate.Device, home) != ReferenceEquals(other.Device, home))
            return ReferenceEquals(candidate.Device, home);
        return candidate.Estimate.Occupancy < other.Estimate.Occupancy;
    }

    private static ChoiceReason ReasonOf(Candidate chosen, int mostHeld, bool isSession, ModelDevice? home)
    {
        if (chosen.Held >= MinHeldTokens)
            return isSession ? ChoiceReason.Session : ChoiceReason.Prefix;
        if (mostHeld >= MinHeldTokens)
            return ChoiceReason.Busy;
        return ReferenceEquals(chosen.Device, home) ? ChoiceReason.Home : ChoiceReason.Load;
    }

    private static ModelDevice? Find(ServedModel model, string silo, string device) =>
        model.Devices.FirstOrDefault(d => d.SiloAddress == silo && d.Report.Device == device);

    private readonly record struct Candidate(ModelDevice Device, int Held, StartEstimate Estimate);
}
