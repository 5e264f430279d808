using System.Numerics.Tensors;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Onnx.Protocol;
using VisionCluster.Models.Quantization;
using VisionCluster.TestKit;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Inference.Tests.Encoding;

/// <summary>Vision encoders as GPUs get them, in halves, run on a CPU: near float32 for every family that sees.</summary>
public sealed class HalfEncoderTests
{
    public static TheoryData<string> Checkpoints { get; } =
    [
        "models/emoji-vlm",
        "models/emoji-siglip",
        .. new[] { "idefics2", "idefics3", "llava", "paligemma", "clip", "siglip", "vit" }.Select(family => $"tests/fixtures/families/{family}"),
    ];

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Encode_Halves_PointWhereFloatsDo(string checkpoint)
    {
        checkpoint = Path.Combine(Fixtures.RepositoryRoot, checkpoint);
        using var exact = SampleEncoder.Open(checkpoint);
        using var rounded = SampleEncoder.Open(checkpoint, OnAGpu);

        foreach (var image in exact.Pictures.Take(3))
        {
            var (a, b) = (exact.Run(image, 0, image.Tiles), rounded.Run(image, 0, image.Tiles));
            Assert.False(a.AsSpan().SequenceEqual(b), "Nothing was rounded.");
            for (var row = 0; row < a.Length; row += exact.Width)
                Assert.InRange(TensorPrimitives.CosineSimilarity<float>(a.AsSpan(row, exact.Width), b.AsSpan(row, exact.Width)), 0.9999f, 1.0001f);
        }
    }

    [Theory]
    [InlineData("models/emoji-vlm", GraphKind.Encoder)]
    [InlineData("models/emoji-siglip", GraphKind.VisionEncoder)]
    public void Graph_HoldsHalvesOnly(string checkpoint, GraphKind kind)
    {
        using var encoder = SampleEncoder.Open(Path.Combine(Fixtures.RepositoryRoot, checkpoint), OnAGpu);
        var graph = ModelProto.Parser.ParseFrom(File.ReadAllBytes(encoder.Model.GraphPath(kind))).Graph;

        Assert.DoesNotContain(graph.Initializer, tensor => tensor.DataType == (int)DataType.Float);
        Assert.Contains(graph.Initializer, tensor => tensor.DataType == (int)DataType.Float16);
    }

    private static ModelCompilerOptions OnAGpu(ModelCompilerOptions options) => options with { Accelerator = true, Precision = ModelPrecision.Auto };
}
