using System.CommandLine;
using System.CommandLine.Parsing;
using VisionCluster.Cli.Commands;
using VisionCluster.Cli.Hosting;

namespace VisionCluster.Cli.Bench;

/// <summary>A picture's file.</summary>
internal sealed record BenchPicture(string Name, byte[] Bytes)
{
    /// <summary>The same pixels in a file that no cache knows: readers stop at the picture's end.</summary>
    public byte[] Anew(int padding = 0) => [.. Bytes, .. Guid.NewGuid().ToByteArray(), .. new byte[padding]];
}

/// <summary>Pictures to measure with: those of the command line, or the embedded model's own.</summary>
internal static class BenchPictures
{
    public static Option<string[]> Option() => new("--image", "-i")
    {
        Description = "Image file; repeatable. Default: a picture of the embedded model.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "FILE",
    };

    public static IReadOnlyList<BenchPicture> Read(ParseResult parsed, Option<string[]> option)
    {
        string[] files = parsed.GetValue(option) is { Length: > 0 } given ? given
            : [Path.Combine(EmbeddedModels.Root, EmbeddedModels.Default, "samples", "red-apple.png")];
        return [.. files.Select(file => File.Exists(file) ? new BenchPicture(Path.GetFileName(file), File.ReadAllBytes(file))
            : throw new CliException($"There is no file {file}."))];
    }
}
