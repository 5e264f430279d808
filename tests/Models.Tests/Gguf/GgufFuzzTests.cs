using System.Diagnostics;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Prompts;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Gguf;

/// <summary>Damaged files, from a seed: every one is read or refused, and none costs much.</summary>
public sealed class GgufFuzzTests : IDisposable
{
    private const int Rounds = 400;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Compile_DamagedFile_ReadOrRefused()
    {
        var whole = new TinyLlama(layers: 1).Write().ToArray();
        var random = new Random(20_24);
        var clock = Stopwatch.StartNew();
        var refused = 0;
        for (var round = 0; round < Rounds && clock.Elapsed < MostTime; round++)
        {
            var path = Path.Combine(_folder.Path, "fuzz.gguf");
            File.WriteAllBytes(path, Damage(whole, random));
            var cache = Path.Combine(_folder.Path, "cache");
            try
            {
                PromptPipeline.Load(new ModelCompiler(new ModelCompilerOptions { CacheFolder = cache }).Compile(path));
            }
            catch (ModelException)
            {
                refused++;
            }

            if (Directory.Exists(cache))
            {
                Directory.Delete(cache, recursive: true);
            }
        }

        Assert.InRange(refused, 1, Rounds);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Damage(byte[] whole, Random random)
    {
        var bytes = whole[..(random.Next(8) == 0 ? random.Next(whole.Length) : whole.Length)];

        // Most of a file is weights, which mean something whatever they are: the header is at the front.
        var front = Math.Min(bytes.Length, 9_000);
        for (var changes = random.Next(1, 5); changes > 0 && front > 8; changes--)
        {
            var at = random.Next(front);
            switch (random.Next(3))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                default:
                    bytes.AsSpan(at, Math.Min(8, front - at)).Fill(random.Next(2) == 0 ? (byte)0xFF : (byte)0x7F);
                    break;
            }
        }

        return bytes;
    }
}
