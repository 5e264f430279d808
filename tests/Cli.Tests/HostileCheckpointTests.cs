using System.Buffers.Binary;
using System.Diagnostics;
using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

/// <summary>Damaged and hostile checkpoints, given to the program as a user would: one clear sentence, soon, in little memory.</summary>
public sealed class HostileCheckpointTests : IDisposable
{
    private const long MaxMemoryBytes = 200L << 20;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("missing tensor", "lacks tensor")]
    [InlineData("wrong shape", "has shape")]
    [InlineData("bad offset", "outside the file")]
    [InlineData("truncated file", "outside the file")]
    [InlineData("index outside its folder", "outside its folder")]
    [InlineData("2 GiB header", "header")]
    [InlineData("endless template", "template")]
    [InlineData("no tokenizer", "tokenizer.json")]
    public async Task Chat_HostileCheckpoint_RefusedWithOneSentenceInLittleMemory(string damage, string expected)
    {
        Damage(damage);

        var (code, error, peak) = await ChatAsync();

        Assert.NotEqual(0, code);
        Assert.Contains(expected, error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);

        // A template is refused when it is first rendered, by a process that serves already.
        Assert.True(peak < MaxMemoryBytes || damage == "endless template", $"{damage}: {peak >> 20} MiB at the peak.");
    }

    public void Dispose() => _folder.Dispose();

    private void Damage(string damage)
    {
        foreach (var file in Directory.GetFiles(Fixtures.EmojiVlm).Where(file => !file.EndsWith(".md", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(_folder.Path, Path.GetFileName(file)));
        }

        var weights = Path.Combine(_folder.Path, "model.safetensors");
        switch (damage)
        {
            case "missing tensor":
                Rewrite(weights, "model.text_model.norm.weight", "model.text_model.morn.weight");
                break;
            case "wrong shape":
                Rewrite(Path.Combine(_folder.Path, "config.json"), "\"intermediate_size\": 640", "\"intermediate_size\": 641");
                break;
            case "bad offset":
                WriteHeader(weights, """{"a":{"dtype":"F32","shape":[1],"data_offsets":[99999999,100000003]}}""");
                break;
            case "truncated file":
                File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..1_000_000]);
                break;
            case "index outside its folder":
                File.Delete(weights);
                File.WriteAllText($"{weights}.index.json", """{"weight_map": {"a": "../../secret.safetensors"}}""");
                break;
            case "2 GiB header":
                var bytes = File.ReadAllBytes(weights);
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, 1UL << 31);
                File.WriteAllBytes(weights, bytes);
                break;
            case "endless template":
                File.WriteAllText(
                    Path.Combine(_folder.Path, "chat_template.jinja"),
                    "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}");
                break;
            default:
                File.Delete(Path.Combine(_folder.Path, "tokenizer.json"));
                break;
        }
    }

    private static void Rewrite(string path, string from, string to)
    {
        var bytes = File.ReadAllBytes(path);
        var at = bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(from));
        if (at >= 0 && from.Length == to.Length)
        {
            System.Text.Encoding.UTF8.GetBytes(to).CopyTo(bytes, at);
            File.WriteAllBytes(path, bytes);
        }
    }

    private static void WriteHeader(string path, string header)
    {
        var json = System.Text.Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + 64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)json.Length);
        json.CopyTo(bytes, 8);
        File.WriteAllBytes(path, bytes);
    }

    private async Task<(int Code, string Error, long Peak)> ChatAsync()
    {
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "visioncluster.dll"), "chat", "--model", _folder.Path, "Who are you?"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        long peak = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!process.HasExited)
        {
            process.Refresh();
            try
            {
                peak = Math.Max(peak, process.WorkingSet64);
            }
            catch (InvalidOperationException)
            {
                break; // it has exited since
            }

            await timer.WaitForNextTickAsync();
        }

        await process.WaitForExitAsync();
        return (process.ExitCode, await error, peak);
    }
}
