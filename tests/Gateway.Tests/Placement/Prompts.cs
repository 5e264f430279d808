using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tests.Placement;

/// <summary>Prompts and devices for tests of routing.</summary>
internal static class Prompts
{
    /// <summary>2,000 tokens by the gateway's estimate.</summary>
    public static string LongText { get; } = new('x', 8_000);

    public static PromptPrefix Of(string tenant, params ConversationMessage[] messages) => Of(tenant, "", messages);

    public static PromptPrefix Of(string tenant, string session, params ConversationMessage[] messages) =>
        PromptPrefix.Of(tenant, session, ("m", "r"), messages, tokensPerImage: 100);

    /// <summary>A long system prompt and a question.</summary>
    public static PromptPrefix Ask(string question, string tenant = "t", string session = "") => Of(tenant, session, SystemSays(LongText), User(question));

    public static ConversationMessage SystemSays(string text) => new("system", [ConversationPart.OfText(text)]);

    public static ConversationMessage User(string text) => new("user", [ConversationPart.OfText(text)]);

    public static ConversationMessage Assistant(string text) => new("assistant", [ConversationPart.OfText(text)]);

    public static ConversationMessage Picture(string key, string text) => new("user", [ConversationPart.OfImage(key), ConversationPart.OfText(text)]);

    /// <summary>One silo for each report.</summary>
    public static ServedModel Model(params ModelReport[] reports) =>
        new(reports[0], [.. reports.Select((report, i) => new ModelDevice($"silo-{i}", $"address-{i}", report))]);

    /// <summary>Of 16 slots; prefills 1,000 tokens a second and decodes 100, answers of 50 tokens.</summary>
    public static ModelReport Device(int running = 0, double speed = 1, int waiting = 0, params QueuedLoad[] queue) => new()
    {
        Name = "m",
        Revision = "r",
        ProcessorDigest = "p",
        Family = "f",
        Tasks = ["generate"],
        ContextTokens = 8_192,
        Precision = "fp32",
        Device = "cpu:0",
        KvSlots = 16,
        KvSlotsFree = Math.Max(0, 16 - running),
        Running = running,
        Waiting = waiting,
        Load = new DeviceLoad
        {
            SlotsOpen = Math.Max(0, 16 - running),
            KvTokensFree = 100_000,
            MaxWaiting = 256,
            PrefillTokensPerSecond = 1_000 * speed,
            DecodeTokensPerSecond = 100 * speed,
            MeanOutputTokens = speed > 0 ? 50 : 0,
            Queue = queue,
        },
    };
}
