using System.CommandLine;
using System.CommandLine.Parsing;
using VisionCluster.Cli.Client;
using VisionCluster.Cli.Commands;
using VisionCluster.Inference;
using VisionCluster.Inference.Devices;

namespace VisionCluster.Cli.Hosting;

/// <summary>The options of every command that can host models itself.</summary>
internal sealed class HostingOptions
{
    private readonly string[] _defaults;

    /// <param name="defaults">Models of a command that names none; emoji-vlm unless given.</param>
    public HostingOptions(params string[] defaults)
    {
        _defaults = defaults.Length > 0 ? defaults : [EmbeddedModels.Default];
        Model = new Option<string[]>("--model", "-m")
        {
            Description = "Checkpoint folder in Hugging Face layout, a .gguf file, a ready-made export's onnx folder, or an embedded model's name; with --endpoint a model of that server. "
                + $"Repeatable for run. Default: {string.Join(" and ", _defaults)}.",
            HelpName = "PATH",
        };
    }

    public Option<string[]> Model { get; }

    public Option<string> Device { get; } = new("--device")
    {
        Description = "Device that computes: cpu:0 or cuda:N.",
        DefaultValueFactory = _ => "cpu:0",
        HelpName = "DEVICE",
    };

    public Option<int> Threads { get; } = new("--threads")
    {
        Description = "Threads of a CPU device. Default: the machine's cores.",
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
        Description = "Memory for key-value slots in MiB. Default: a quarter of the machine's.",
        HelpName = "MIB",
    };

    public Option<KvPrecision> KvPrecision { get; } = new("--kv-precision")
    {
        Description = "What keys and values are kept in: fp32, or int8 (a quarter of the memory, CPU only).",
        DefaultValueFactory = _ => Inference.KvPrecision.Fp32,
        HelpName = "FORM",
    };

    public PrecisionOptions Precision { get; } = new();

    public void AddTo(Command command)
    {
        command.Options.Add(Model);
        command.Options.Add(Device);
        command.Options.Add(Threads);
        command.Options.Add(Context);
        command.Options.Add(Slots);
        command.Options.Add(KvMegabytes);
        command.Options.Add(KvPrecision);
        command.Options.Add(Precision.Option);
    }

    public IReadOnlyList<string> Models(ParseResult parsed) => parsed.GetValue(Model) is { Length: > 0 } models ? models : _defaults;

    /// <summary>The model that a request names: a server has several, while a cluster of this process serves what the command line says.</summary>
    public string RequestModel(ParseResult parsed, EndpointOptions endpoint) =>
        endpoint.Read(parsed) is null ? "" : parsed.GetValue(Model)?.FirstOrDefault() ?? "";

    public ModelHostOptions Read(ParseResult parsed)
    {
        var text = parsed.GetValue(Device)!;
        if (!DeviceOptions.TryParse(text, out var device))
        {
            throw new CliException($"--device {text} is not a device; write cpu:0 or cuda:N.");
        }

        var options = new ModelHostOptions
        {
            Device = device with { Threads = AtLeastOne(parsed.GetValue(Threads), "--threads") },
            MaxContextTokens = AtLeastOne(parsed.GetValue(Context), "--context"),
            MaxSlots = AtLeastOne(parsed.GetValue(Slots), "--slots"),
            KvPrecision = parsed.GetValue(KvPrecision),
            Precision = Precision.Read(parsed, Models(parsed)),
        };
        return parsed.GetValue(KvMegabytes) is { } megabytes ? options with { KvBytes = Math.Max(1, megabytes) << 20 } : options;
    }

    private static int AtLeastOne(int value, string option) => value >= 1 ? value : throw new CliException($"{option} must be at least 1; it is {value}.");
}
