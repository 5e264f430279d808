using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Commands;
using VisionCluster.Cli.Hosting;
using VisionCluster.Gateway.Options;
using VisionCluster.Inference;
using VisionCluster.Models.Compilation;
using VisionCluster.Silo;

namespace VisionCluster.Cli.Bench;

/// <summary>The model that is measured, loaded in this process.</summary>
internal sealed class BenchModel : IAsyncDisposable
{
    // The first ids of a vocabulary are control tokens more often than not, and its last ones were added for chats and pictures.
    private const int FirstPlainToken = 100;

    private readonly BenchSettings _settings;
    private bool _disposed;

    private BenchModel(BenchSettings settings, CompiledModel compiled, IModelHost host) => (_settings, Compiled, Host) = (settings, compiled, host);

    public CompiledModel Compiled { get; }

    public IModelHost Host { get; }

    public DecoderManifest Decoder => Compiled.Manifest.Decoder ?? throw new CliException($"{Host.Name} does not generate; see bench encode.");

    public static Task<BenchModel> LoadAsync(BenchSettings settings) => Terminal.WithProgressAsync("Loading", progress => Task.Run(() =>
    {
        var compiled = new ModelCompiler(settings.Compiler).Compile(settings.Checkpoint, progress: progress);
        progress.Report($"Loading {compiled.Name} on {settings.Hosting.Device.Id}");
        return new BenchModel(settings, compiled, ModelHost.Load(compiled, settings.Hosting));
    }));

    public BenchReport Report(string bench) => Describe(new BenchReport(bench), _settings, Compiled);

    public static BenchReport Describe(BenchReport report, BenchSettings settings, CompiledModel model) => report
        .About("model", model.Name)
        .About("precision", model.Manifest.Precision)
        .About("encoder", settings.Compiler.Int8Encoders ? "int8" : "fp32")
        .About("device", settings.Hosting.Device.Id)
        .About("threads", settings.Hosting.Device.Threads)
        .About("rounds", settings.Rounds);

    /// <summary>A prompt of plain tokens, the same for the same number.</summary>
    public BenchPrompt Prompt(int tokens, int number)
    {
        var plain = Math.Max(1, (Decoder.VocabularySize * 9 / 10) - FirstPlainToken);
        return new BenchPrompt.Tokens([.. Enumerable.Range(0, tokens).Select(i => FirstPlainToken + (((i * 37) + (number * 1009)) % plain))]);
    }

    /// <summary>Prompts of equal length whose last token alone tells them apart.</summary>
    public IReadOnlyList<BenchPrompt> SharingPrefix(int tokens, int prompts, int number)
    {
        var (ids, plain) = (((BenchPrompt.Tokens)Prompt(tokens, number)).Ids, Decoder.VocabularySize * 9 / 10);
        return [.. Enumerable.Range(0, prompts).Select(i => new BenchPrompt.Tokens([.. ids[..^1], Math.Min(FirstPlainToken + i, plain)]))];
    }

    /// <summary>One user message that becomes about so many tokens.</summary>
    public BenchPrompt.Message Message(int tokens, int number)
    {
        var words = Math.Max(1, tokens / 2);
        var length = Host.BuildPrompt([new("user", [new Models.Templates.ChatPart.TextPart(Text(words, number))])], []).Ids.Length;
        return new BenchPrompt.Message(Text(Math.Max(1, words * tokens / Math.Max(1, length)), number));
    }

    /// <summary>A whole cluster around the model, which is the cluster's from now on.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="pictureCacheBytes">Size of the gateway's two caches of pictures; null as configured.</param>
    /// <param name="configure">Further changes to the gateway's options.</param>
    public Task<LocalCluster> StartClusterAsync(
        CancellationToken cancellationToken, Action<GatewayOptions>? configure = null, Action<SiloOptions>? configureSilo = null)
    {
        _disposed = true;
        return LocalCluster.StartAsync(
            [Host],
            gateway =>
            {
                gateway.GrpcPort = 0;
                configure?.Invoke(gateway);
            },
            cancellationToken,
            configureSilo);
    }

    public void RequireRoom(int prompt, int output)
    {
        if (prompt + output > Host.ContextTokens)
        {
            throw new CliException($"A prompt of {prompt} and an answer of {output} tokens do not fit the context of {Host.ContextTokens}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            await Host.DisposeAsync();
        }
    }

    // What comes first tells texts apart at once: leading digits of numbers do not, and whoever has met them finds keys and values that others lack.
    internal static string Text(int words, int number) =>
        $"{Heads[number % Heads.Length]} {Heads[number / Heads.Length % Heads.Length]} {number}: "
        + string.Join(' ', Enumerable.Range(0, words).Select(i => Words[((i * 7) + (number * 13)) % Words.Length]));

    private static readonly string[] Heads =
    [
        "time", "year", "people", "way", "day", "man", "thing", "woman", "life", "child", "world", "school", "state", "family", "student", "group",
        "country", "problem", "part", "place", "case", "week", "company", "system", "program", "question", "work", "number", "night", "point", "home", "water",
        "room", "mother", "area", "money", "story", "fact", "month", "lot", "right", "study", "book", "eye", "job", "word", "business", "issue",
        "side", "kind", "head", "service", "friend", "father", "power", "hour", "game", "line", "end", "member", "law", "car", "city", "name",
    ];

    private static readonly string[] Words =
        ["red", "apple", "tree", "house", "river", "small", "big", "green", "dog", "cat", "sun", "moon", "star", "road", "blue", "stone", "light", "door", "hand"];
}
