using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Exports;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models.Onnx.Protocol;
using VisionCluster.TestKit;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Inference.Tests.Exports;

/// <summary>Forms that the hub's exports have and ours do not: float16 outside, two branches behind a switch, masks of pixels, single tiles.</summary>
public sealed class ExportFormTests : IDisposable
{
    private const int Capacity = 64;

    private static readonly int[] Prompt = [.. Enumerable.Range(0, 23).Select(i => 300 + (i * 37 % 1_900))];

    private readonly ExportedCheckpoint _export = new(Fixtures.EmojiVlm);

    [Theory]
    [InlineData("past_key_values present", 5e-2)]
    [InlineData("logits", 2e-2)]
    [InlineData("inputs_embeds", 2e-2)]
    [InlineData("past_key_values present logits inputs_embeds", 5e-2)]
    public void Decoder_TakingAndGivingHalves_IsCloseToTheWhole(string halves, double tolerance)
    {
        var expected = Logits();
        foreach (var name in new[] { "decoder_model_merged", "embed_tokens" })
        {
            using var graph = Edit(name).ToHalf(value => halves.Split(' ').Any(prefix => value.StartsWith(prefix, StringComparison.Ordinal)));
        }

        var actual = Logits();

        Assert.NotEqual(expected, actual);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance * Math.Max(1, Math.Abs(pair.First))));
    }

    [Fact]
    public void Decoder_WithHalfCache_TakesHalfTheMemory()
    {
        var whole = ModelRunners.KvBytesPerToken(_export.Open());
        Edit("decoder_model_merged").ToHalf(value => value.StartsWith("past", StringComparison.Ordinal) || value.StartsWith("present", StringComparison.Ordinal)).Dispose();

        Assert.Equal(whole / 2, ModelRunners.KvBytesPerToken(_export.Open()));
    }

    /// <summary>The branch with a cache was traced with one token: this graph spoils the logits when it gets more.</summary>
    [Fact]
    public void Decoder_WithCacheBranch_GivesItOneTokenAtATime()
    {
        var expected = Logits();
        using (var graph = Edit("decoder_model_merged"))
        {
            graph.AddInput("use_cache_branch", DataType.Bool, new TensorShapeProto.Types.Dimension { DimValue = 1 });
            graph.AddConstant("one", DataType.Int64, BitConverter.GetBytes(1L));
            graph.AddConstant("nan", DataType.Float, BitConverter.GetBytes(float.NaN));
            graph.AddConstant("zero", DataType.Float, BitConverter.GetBytes(0f));
            graph.Graph.Node.Add(GraphEdit.Node("Size", ["position_ids"], "count"));
            graph.Graph.Node.Add(GraphEdit.Node("Greater", ["count", "one"], "many"));
            graph.Graph.Node.Add(GraphEdit.Node("And", ["many", "use_cache_branch"], "wrong"));
            graph.Graph.Node.Add(GraphEdit.Node("Where", ["wrong", "nan", "zero"], "spoiled"));
            graph.Append("logits", "Add", ["spoiled"]);
        }

        Assert.All(expected.Zip(Logits()), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    /// <summary>Older graphs give logits of every position, or take how many are wanted as a vector under a newer name.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("logits_to_keep")]
    public void Decoder_WithOtherWaysToLogits_GivesTheLast(string? name)
    {
        var expected = Logits();
        using (var graph = Edit("decoder_model_merged"))
        {
            var input = graph.Input("num_logits_to_keep");
            if (name is null)
            {
                graph.Graph.Input.Remove(input);
                graph.AddConstant("num_logits_to_keep", DataType.Int64, BitConverter.GetBytes(0L));
            }
            else
            {
                graph.Insert("num_logits_to_keep", "keep.scalar", "Squeeze", []);
                graph.Graph.Node[0].Input[0] = input.Name = name;
                input.Type.TensorType.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = 1 });
            }
        }

        Assert.All(expected.Zip(Logits()), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Encoder_WithPixelMaskAndOneTile_EncodesTheSame(bool integers, bool oneTile)
    {
        var expected = Features();
        using (var graph = Edit("vision_encoder"))
        {
            var sides = graph.Shape("pixel_values").Dim;
            graph.AddInput("pixel_attention_mask", integers ? DataType.Int64 : DataType.Bool, sides[0], sides[1], sides[3], sides[4]);
            graph.AddConstant("channel", DataType.Int64, BitConverter.GetBytes(2L), 1);
            graph.Insert("pixel_values", "pixels.masked", "Mul", ["mask.wide"]);
            graph.Graph.Node.Insert(0, GraphEdit.Node("Unsqueeze", ["mask.float", "channel"], "mask.wide"));
            graph.Graph.Node.Insert(0, GraphEdit.Node("Cast", ["pixel_attention_mask"], "mask.float", GraphEdit.To(DataType.Float)));
            if (oneTile)
            {
                sides[1] = new TensorShapeProto.Types.Dimension { DimValue = 1 };
            }
        }

        Assert.Equal(oneTile, _export.Open().Export!.Encoder!.OneTile);
        Assert.All(expected.Zip(Features()), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void Encoder_WithoutNesting_EncodesTheSame()
    {
        var expected = Features();
        using (var graph = Edit("vision_encoder"))
        {
            graph.AddConstant("front", DataType.Int64, BitConverter.GetBytes(0L), 1);
            graph.Insert("pixel_values", "pixels.nested", "Unsqueeze", ["front"]);
            graph.Shape("pixel_values").Dim.RemoveAt(0);
        }

        Assert.False(_export.Open().Export!.Encoder!.Nested);
        Assert.Equal(expected, Features());
    }

    /// <summary>As the hub's own cache has it: every file is a link to a folder of blobs.</summary>
    [Fact]
    public void Graphs_ThatAreLinks_Run()
    {
        var expected = Logits();
        var blobs = Directory.CreateDirectory(Path.Combine(_export.Folder, "..", "blobs")).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(_export.Folder, "onnx")))
        {
            var blob = Path.Combine(blobs, $"{Path.GetFileName(file).Length}-{Path.GetFileName(file).GetHashCode():x}");
            File.Move(file, blob);
            File.CreateSymbolicLink(file, blob);
        }

        Assert.Equal(expected, Logits());
    }

    public void Dispose() => _export.Dispose();

    private GraphEdit Edit(string name) => new(Path.Combine(_export.Folder, "onnx", $"{name}.onnx"));

    /// <summary>After a prompt in three chunks and one more token.</summary>
    private float[] Logits()
    {
        using var runner = new ExportDecoderRunner(_export.Open(), DeviceOptions.Cpu, 1, Capacity);
        var (rows, logits) = (new float[Prompt.Length * runner.HiddenSize], new float[2 * runner.VocabularySize]);
        runner.Embed(Prompt, rows);
        runner.Prefill(0, 0, rows.AsSpan(0, 10 * runner.HiddenSize), []);
        runner.Prefill(0, 10, rows.AsSpan(10 * runner.HiddenSize, 6 * runner.HiddenSize), []);
        runner.Prefill(0, 16, rows.AsSpan(16 * runner.HiddenSize), logits.AsSpan(0, runner.VocabularySize));
        runner.Decode([777], [Prompt.Length], logits.AsSpan(runner.VocabularySize));
        return logits;
    }

    private float[] Features()
    {
        using var runner = ModelRunners.OpenEncoder(_export.Open(), DeviceOptions.Cpu);
        var random = new Random(5);
        var pixels = Enumerable.Range(0, 3 * 3 * 64 * 64).Select(_ => (random.NextSingle() * 2) - 1).ToArray();
        var features = new float[3 * runner.TokensPerTile(64, 64) * runner.EmbeddingSize];
        runner.Encode(3, 64, 64, pixels, [], features);
        return features;
    }
}
