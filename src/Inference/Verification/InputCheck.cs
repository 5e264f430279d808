using System.Text.Json;
using VisionCluster.Imaging;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;
using VisionCluster.Models.Processing;
using VisionCluster.Models.Prompts;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Inference.Verification;

/// <summary>Computes what a model's graphs are fed with, from a case's pictures, messages and texts: pixels, masks and ids.</summary>
internal sealed class InputCheck(CompiledModel model)
{
    private readonly Lazy<PromptPipeline> _prompts = new(() => PromptPipeline.Load(model));
    private readonly Lazy<Tokenizer> _tokenizer = new(() => Tokenizer.Load(model.CheckpointFolder));

    /// <param name="golden">The case.</param>
    /// <param name="computed">Receives tensors by golden name.</param>
    /// <param name="results">Receives comparisons of texts.</param>
    public void Compute(GoldenCase golden, Dictionary<string, ComputedTensor> computed, List<Comparison> results)
    {
        var images = Process(golden);
        if (images.Count > 0)
        {
            Add(images, computed);
        }

        if (model.Manifest.Decoder is not null)
        {
            var ids = PromptCheck.Run(_prompts.Value, golden, [.. images.Select(Grid)], results);
            Add(new TextBatch(1, ids.Length, [.. ids.Select(id => (long)id)], [.. Enumerable.Repeat(1, ids.Length)], new long[ids.Length]), computed);
        }
        else if (model.Manifest.Text is { } text)
        {
            Add(Texts(golden, text), computed);
        }
    }

    /// <summary>The case's pictures through the checkpoint's own processor.</summary>
    private List<ProcessedImage> Process(GoldenCase golden)
    {
        if (golden.Images.Count == 0)
        {
            return [];
        }

        var processor = ImageProcessors.Load(
            model.CheckpointFolder, model.Manifest.Family, golden.Overrides is { } overrides ? ImageProcessorOverrides.FromJson(overrides) : null);
        return [.. golden.Images.Select(path => processor.Process(ImageCodecs.Default.Decode(File.ReadAllBytes(path), ImageLimits.Default)))];
    }

    private TextBatch Texts(GoldenCase golden, TextEncoderManifest manifest)
    {
        var texts = Strings(golden, "texts");
        return Strings(golden, "text_pairs") is { Length: > 0 } pairs
            ? TextBatchBuilder.BuildPair(_tokenizer.Value, texts[0], pairs[0])
            : TextBatchBuilder.Build(_tokenizer.Value, manifest, [.. texts.Select(RenderedPrompt.Trusted)]);
    }

    /// <summary>One batch of all tiles, padded on the right and below to the largest, as the reference's processors pad.</summary>
    private static void Add(List<ProcessedImage> images, Dictionary<string, ComputedTensor> computed)
    {
        var (tiles, height, width) = (images.Sum(image => image.Tiles), images.Max(image => image.Height), images.Max(image => image.Width));
        var (pixels, mask) = (new float[tiles * 3 * height * width], new long[tiles * height * width]);
        var first = 0;
        foreach (var image in images)
        {
            for (var line = 0; line < image.Tiles * 3 * image.Height; line++)
            {
                var (plane, y) = Math.DivRem(line, image.Height);
                image.PixelValues.AsSpan(line * image.Width, image.Width).CopyTo(pixels.AsSpan((((first * 3) + plane) * height * width) + (y * width)));
            }

            for (var line = 0; line < image.Tiles * image.Height; line++)
            {
                var (tile, y) = Math.DivRem(line, image.Height);
                var target = mask.AsSpan(((first + tile) * height * width) + (y * width), image.Width);
                for (var x = 0; x < image.Width; x++)
                {
                    target[x] = image.PixelMask?[(line * image.Width) + x] ?? 1;
                }
            }

            first += image.Tiles;
        }

        computed[EncoderTensors.PixelValues] = ComputedTensor.Of([1, tiles, 3, height, width], pixels);
        computed["pixel_attention_mask"] = ComputedTensor.Of([1, tiles, height, width], mask);
    }

    private static void Add(TextBatch batch, Dictionary<string, ComputedTensor> computed)
    {
        long[] shape = [batch.Rows, batch.Tokens];
        computed[EncoderTensors.InputIds] = ComputedTensor.Of(shape, batch.Ids);
        computed[EncoderTensors.AttentionMask] = ComputedTensor.Of(shape, [.. batch.Mask.Select(value => (long)value)]);
        computed[EncoderTensors.TokenTypeIds] = ComputedTensor.Of(shape, batch.Types);
    }

    private static string[] Strings(GoldenCase golden, string key) =>
        golden.Json.TryGetProperty(key, out var texts) && texts.ValueKind == JsonValueKind.Array
            ? [.. texts.EnumerateArray().Select(text => text.GetString() ?? throw new ModelException($"expected/cases.json: {key} holds a null."))]
            : [];

    private ImageGrid Grid(ProcessedImage image) =>
        new(image.Rows, image.Columns, EncoderInputs.TokensPerTile(model.Manifest.Encoder!, image.Height, image.Width));
}
