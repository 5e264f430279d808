using System.Text.Json;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Verification;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Inspection;

/// <summary>Every checkpoint with golden data: what an inspection shows of its pictures and texts is what the reference computes.</summary>
public sealed class InspectionGoldenTests : IDisposable
{
    private const double Tolerance = 1e-4;
    private const string Splitting = "do_image_splitting";

    private readonly TemporaryFolder _cache = new();

    public static TheoryData<string> Checkpoints() => [.. Fixtures.Folders("families").Concat(Fixtures.Models)
        .Where(folder => File.Exists(Path.Combine(folder, "expected", "cases.json")))
        .Select(folder => Path.GetRelativePath(Fixtures.RepositoryRoot, folder))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Checkpoints))]
    [Trait("Category", "Golden")]
    public async Task Inspect_GoldenPictures_ShowsTheReferencesLayers(string checkpoint)
    {
        var model = Compile(checkpoint);
        Assert.SkipWhen(model.Manifest.Vision is null && model.Manifest.Encoder is null, "This model sees nothing.");
        await using var host = ModelHost.Load(model, new ModelHostOptions { KvBytes = 16 << 20 });
        var compared = 0;
        foreach (var golden in GoldenCase.ReadAll(model.CheckpointFolder).Where(HasOnePng))
        {
            var pieces = await host.Inspection!.InspectAsync(
                new InspectionRequest
                {
                    Images = [File.ReadAllBytes(golden.Images[0])],
                    Views = new HashSet<InspectionView> { InspectionView.Embeddings, InspectionView.Hidden },
                    AllLayers = true,
                    Split = SplitOf(golden),
                },
                default);
            using var file = golden.OpenTensors();
            foreach (var piece in pieces.Cast<TensorPiece>())
            {
                var name = piece.Layer is { } layer ? EncoderTensors.VisionHidden(layer) : EncoderTensors.VisionEmbeddings;
                compared += Near(golden.Name, name, file, piece.Values);
            }
        }

        Assert.SkipWhen(compared == 0, "No case has one PNG picture and layers.");
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Checkpoints))]
    [Trait("Category", "Golden")]
    public async Task Inspect_GoldenTexts_ShowsTheReferencesNextTokens(string checkpoint)
    {
        var model = Compile(checkpoint);
        Assert.SkipWhen(model.Manifest.Decoder is null, "This model does not generate.");
        await using var host = ModelHost.Load(model, new ModelHostOptions { KvBytes = 16 << 20 });
        var compared = 0;
        foreach (var golden in GoldenCase.ReadAll(model.CheckpointFolder).Where(golden => IsPlainText(golden) || IsOneQuestion(golden)))
        {
            var plain = IsPlainText(golden);
            var pieces = await host.Inspection!.InspectAsync(
                new InspectionRequest
                {
                    Images = [.. golden.Images.Select(path => (ReadOnlyMemory<byte>)File.ReadAllBytes(path))],
                    Text = plain ? golden.Json.GetProperty("texts")[0].GetString()! : Parts(golden)[^1].GetProperty("text").GetString()!,
                    Plain = plain,
                    Views = new HashSet<InspectionView> { InspectionView.NextTokens },
                    Split = SplitOf(golden),
                },
                default);
            using var file = golden.OpenTensors();
            var next = Assert.IsType<NextTokensPiece>(Assert.Single(pieces)).Positions;
            compared += Near(golden.Name, "top5_probs", file, [.. next.SelectMany(position => position.Candidates).Select(candidate => candidate.Probability)]);
        }

        Assert.SkipWhen(compared == 0, "No case is a text, or a question about PNG pictures.");
    }

    public void Dispose() => _cache.Dispose();

    private static bool HasOnePng(GoldenCase golden) => golden.Images.Count == 1 && IsReproducible(golden);

    private static bool IsPlainText(GoldenCase golden) =>
        golden.Images.Count == 0 && golden.AddSpecialTokens && golden.Json.TryGetProperty("texts", out var texts) && texts.GetArrayLength() == 1;

    /// <summary>One turn of a user: the pictures, then the text.</summary>
    private static bool IsOneQuestion(GoldenCase golden) => IsReproducible(golden) && Parts(golden) is { Count: > 0 } parts
        && parts.Count == golden.Images.Count + 1 && parts[^1].GetProperty("type").GetString() == "text"
        && parts.SkipLast(1).All(part => part.GetProperty("type").GetString() == "image");

    /// <summary>From JPEG files decoders differ by a few levels; of a processor's options a request can override splitting.</summary>
    private static bool IsReproducible(GoldenCase golden) => golden.Images.All(path => path.EndsWith(".png", StringComparison.Ordinal))
        && (golden.Overrides is not { ValueKind: JsonValueKind.Object } overrides || overrides.EnumerateObject().All(option => option.NameEquals(Splitting)));

    private static bool? SplitOf(GoldenCase golden) => golden.Overrides is { ValueKind: JsonValueKind.Object } overrides
        && overrides.TryGetProperty(Splitting, out var split) ? split.GetBoolean() : null;

    private static List<JsonElement> Parts(GoldenCase golden) =>
        golden.Json.TryGetProperty("messages", out var messages) && messages.ValueKind == JsonValueKind.Array && messages.GetArrayLength() == 1
        && messages[0].GetProperty("content") is { ValueKind: JsonValueKind.Array } content ? [.. content.EnumerateArray()] : [];

    private static int Near(string name, string tensor, SafetensorsFile file, float[] actual)
    {
        if (!file.Tensors.TryGetValue(tensor, out var entry))
        {
            return 0;
        }

        var expected = FloatWidening.ToFloats(file.Bytes(entry), entry);
        Assert.Equal(expected.Length, actual.Length);
        var worst = expected.Zip(actual, (e, a) => Math.Abs(e - a) / Math.Max(1, Math.Abs(e))).Max();
        Assert.True(worst <= Tolerance, $"{name}: {tensor} differs by {worst}.");
        return 1;
    }

    private CompiledModel Compile(string checkpoint) =>
        new ModelCompiler(new ModelCompilerOptions { CacheFolder = _cache.Path }).Compile(Path.Combine(Fixtures.RepositoryRoot, checkpoint));
}
