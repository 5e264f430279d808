using VisionCluster.Models.Exports;
using VisionCluster.Models.Onnx;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Exports;

/// <summary>A graph file with random damage is read or refused; nothing else happens.</summary>
public sealed class GraphFileFuzzTests : IDisposable
{
    private const int Rounds = 400;

    private readonly string _root = Directory.CreateTempSubdirectory("fuzz-").FullName;

    [Theory]
    [InlineData("embed_tokens.onnx", 1)]
    [InlineData("decoder_model_merged.onnx", 2)]
    public void Read_DamagedAtRandom_ReadOrRefused(string name, int seed)
    {
        var folder = Path.Combine(_root, "export");
        OnnxExporter.Export(Fixtures.EmojiVlm, folder);
        var path = Path.Combine(folder, "onnx", name);
        var (whole, random, refused) = (File.ReadAllBytes(path), new Random(seed), 0);
        for (var round = 0; round < Rounds; round++)
        {
            var damaged = whole[..(round % 4 == 0 ? random.Next(1, whole.Length) : whole.Length)];
            for (var i = random.Next(1, 9); i > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(path, damaged);
            try
            {
                _ = GraphFileReader.Read(path);
            }
            catch (ModelException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, Rounds / 4, Rounds);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
