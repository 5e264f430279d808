using System.CommandLine;
using System.CommandLine.Parsing;
using VisionCluster.Cli.Client;
using VisionCluster.Cli.Commands;
using VisionCluster.Inference;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;

namespace VisionCluster.Cli.Hosting;

/// <summary>The options of every command that can host models itself.</summary>
internal sealed class HostingOptions
{
    private readonly string[] _defaults;

    /// <param name="defaults">Models of a command that names none; none where no embedded model would do.</param>
    public HostingOptions(params string[] defaults)
    {
        _defaults = defaults;
        Model = new Option<string[]>("--model", "-m")
        {
            Description = "Checkpoint folder, .gguf file, ONNX export, imported folder or embedded model; with --endpoint a model's name there. "
                + (defaults.Length > 1 ? "Repeatable. " : "") + (defaults.Length > 0 ? $"Default: {string.Join(" and ", defaults)}." : "No default."),
            HelpName = "MODEL",
        };
    }

    public Option<string[]> Model { get; }

    public Option<string> Device { get; } = new("--device")
    {
        Description = "Device that computes: cpu:0 or cuda:N; or simulated:N..M, which compute nothing.",
        DefaultValueFactory = _ => "cpu:0",
        HelpName = "DEVICE",
    };

    public Option<int> Threads { get; } = new("--threads")
    {
        Description = "Threads of a CPU device; the machine's cores unless given.",
        DefaultValueFactory = _ => Environment.ProcessorCount,
        HelpName = "N",
    };

    public Option<int> Context { get; } = new("--context")
    {
        Description = "Longest context of a session in tokens; the model's own limit holds too.",
        DefaultValueFactory = _ => new ModelHostOptions().MaxContextTokens,
        HelpName = "TOKENS",
    };

    public Option<int> Slots { get; } = new("--slots")
    {
        Description = "Most sequences that have key-value memory at the same time.",
        DefaultValueFactory = _ => new ModelHostOptions().MaxSlots,
        HelpName = "N",
    };

    public Option<long?> KvMegabytes { get; } = new("--kv-mb")
    {
        Description = "Memory for the key-value caches of sequences in MiB. Default: a quarter of the machine's.",
        HelpName = "MIB",
    };

    public Option<long?> PrefixCacheMegabytes { get; } = new("--prefix-cache-mb")
    {
        Description = "Memory for key-value caches of earlier prompts, for those that begin alike; 0: none. Default: a sixteenth of the machine's.",
        HelpName = "MIB",
    };

    public Option<KvPrecision> KvPrecision { get; } = new("--kv-precision")
    {
        Description = "What keys and values are kept in: fp32, fp16, int8 (a quarter of the memory, CPU only), or auto (fp16 for quantised models on CPUs).",
        DefaultValueFactory = _ => Inference.KvPrecision.Auto,
        HelpName = "FORM",
    };

    public Option<int?> Speculate { get; } = new("--speculate")
    {
        Description = "Tokens that an answer that runs alone may guess from its own text and check at once, when that pays; 0: none. Default: 8 where answers stay the same, else 0.",
        HelpName = "TOKENS",
    };

    public PrecisionOptions Precision { get; } = new();

    public Option<bool> Int8Encoders { get; } = new("--int8-encoders") { Description = "Vision encoders multiply 8-bit integers: faster, and not exact." };

    public Option<bool> CudaGraphs { get; } = new("--cuda-graphs")
    {
        Description = "Decode steps on cuda:N are replayed as CUDA graphs. Not run on a GPU yet: see docs/gpu.md.",
    };

    private IEnumerable<Option> All =>
        [Model, Device, CudaGraphs, Threads, Context, Slots, KvMegabytes, PrefixCacheMegabytes, KvPrecision, Speculate, Precision.Option, Int8Encoders];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>These options as the command line has them, for another process that hosts the same; a command that has one model names it.</summary>
    public IReadOnlyList<string> Given(ParseResult parsed)
    {
        var given = All.Select(parsed.GetResult).OfType<OptionResult>().Where(option => !option.Implicit && option.Option != Model);
        return [.. Models(parsed).SelectMany(model => new[] { Model.Name, model }), .. given.SelectMany(option => option.Tokens.Select(token => token.Value).Prepend(option.Option.Name))];
    }

    /// <summary>What the command line names, else the command's defaults; on simulated devices those are simulated.</summary>
    public IReadOnlyList<string> Models(ParseResult parsed) => parsed.GetValue(Model) is { Length: > 0 } models ? models
        : _defaults.Length > 0 && DeviceOptions.TryParse(parsed.GetValue(Device)!, out var device) && device.Kind == DeviceKind.Simulated
            ? [EmbeddedModels.Simulated] : _defaults;

    /// <summary>The model that a request names: a server has several, while a cluster of this process serves what the command line says.</summary>
    public string RequestModel(ParseResult parsed, EndpointOptions endpoint) =>
        endpoint.Read(parsed) is null ? "" : parsed.GetValue(Model)?.FirstOrDefault() ?? "";

    public ModelHostOptions Read(ParseResult parsed)
    {
        var text = parsed.GetValue(Device)!;
        if (!DeviceOptions.TryParse(text, out var device))
        {
            throw new CliException($"--device {text} is not a device; write cpu:0, cuda:N, simulated:N or simulated:N..M.");
        }

        var graphs = parsed.GetValue(CudaGraphs);
        if (graphs && device.Kind != DeviceKind.Cuda)
        {
            throw new CliException($"--cuda-graphs is for cuda:N; the device is {text}. Leave it away.");
        }

        var options = new ModelHostOptions
        {
            Device = device with { Threads = AtLeastOne(parsed.GetValue(Threads), "--threads"), CudaGraphs = graphs },
            MaxContextTokens = AtLeastOne(parsed.GetValue(Context), "--context"),
            MaxSlots = AtLeastOne(parsed.GetValue(Slots), "--slots"),
            KvPrecision = parsed.GetValue(KvPrecision),
            Decode = new DecodeEngineOptions { MaxDraftTokens = Drafts(parsed.GetValue(Speculate)) },
            Precision = Precision.Read(parsed, Models(parsed)),
            Int8Encoders = parsed.GetValue(Int8Encoders),
        };
        if (parsed.GetValue(KvMegabytes) is { } kv)
        {
            options = options with { KvBytes = Math.Max(1, kv) << 20 };
        }

        return parsed.GetValue(PrefixCacheMegabytes) is { } prefixes ? options with { PrefixCacheBytes = Math.Max(0, prefixes) << 20 } : options;
    }

    private static int? Drafts(int? tokens) => tokens is null or (>= 0 and <= 15) ? tokens : throw new CliException($"--speculate must be from 0 to 15; it is {tokens}.");

    private static int AtLeastOne(int value, string option) => value >= 1 ? value : throw new CliException($"{option} must be at least 1; it is {value}.");
}
