using System.Text.Json;
using VisionCluster.Models.Processing.Resampling;

namespace VisionCluster.Models.Processing.Configuration;

/// <summary>
/// Settings from a <c>preprocessor_config.json</c>, with the defaults of the reference's classes (transformers,
/// <c>image_processing_*.py</c>) where keys are absent. Options that are not understood are refused by name.
/// </summary>
internal static class ProcessorSettingsReader
{
    private static readonly double[] Halves = [0.5, 0.5, 0.5];
    private static readonly double[] ClipMean = [0.48145466, 0.4578275, 0.40821073];
    private static readonly double[] ClipStd = [0.26862954, 0.26130258, 0.27577711];

    // Options of prompts, batches, videos and of the reference's own machinery: none of them changes an image's pixels.
    private static readonly string[] Irrelevant =
    [
        "processor_class", "image_processor_type", "feature_extractor_type", "image_seq_length", "image_seq_len", "image_token",
        "patch_size", "num_additional_image_tokens", "vision_feature_select_strategy", "video_sampling", "return_row_col_info",
        "return_tensors", "data_format", "input_data_format", "device", "disable_grouping", "_valid_processor_keys",
        "transformers_version", "_name_or_path", "name_or_path",
    ];

    // Options that are harmless only while they are off.
    private static readonly string[] MustBeOff = ["do_flip_channel_order", "pad_size", "size_divisor", "use_square_size"];

    public static ProcessorSettings Read(IReadOnlyDictionary<string, JsonElement> options, string modelType)
    {
        var reader = new OptionReader(options);
        var name = reader.Text("image_processor_type") ?? reader.Text("feature_extractor_type");
        var family = name is null ? ProcessorFamilies.OfModelType(modelType) : ProcessorFamilies.OfClass(name);
        var label = name ?? modelType;
        reader.Ignore(Irrelevant);
        foreach (var option in MustBeOff)
        {
            if (reader.Flag(option, false))
                throw new ModelException($"The {label} image processor does not support '{option}'.");
        }

        var idefics = family is ProcessorFamily.Idefics2 or ProcessorFamily.Idefics3 or ProcessorFamily.SmolVlm;
        var clip = family is ProcessorFamily.Clip or ProcessorFamily.Llava;
        var pad = reader.Flag("do_pad", idefics);
        var settings = new ProcessorSettings
        {
            Family = family,
            ConvertRgb = reader.Flag("do_convert_rgb", family != ProcessorFamily.Vit),
            PadToSquare = ReadAspectRatio(reader, label) || (family == ProcessorFamily.Llava && pad),
            Resize = reader.Flag("do_resize", true),
            Size = reader.Size("size", DefaultSize(family), square: !clip),
            Filter = ReadFilter(reader, family),
            CentreCrop = reader.Flag("do_center_crop", clip),
            CropSize = reader.Size("crop_size", TargetSize.Square(224), square: true),
            Split = reader.Flag("do_image_splitting", family is ProcessorFamily.Idefics3 or ProcessorFamily.SmolVlm),
            TileSide = ReadTileSide(reader, family),
            Rescale = reader.Flag("do_rescale", true),
            RescaleFactor = reader.Number("rescale_factor", 1.0 / 255),
            Normalize = reader.Flag("do_normalize", true),
            Mean = reader.PerChannel("image_mean", clip ? ClipMean : Halves),
            Std = reader.PerChannel("image_std", clip ? ClipStd : Halves),
        };
        reader.RefuseOthers(label);
        Check(settings, pad, idefics, label);
        return settings;
    }

    private static TargetSize DefaultSize(ProcessorFamily family) => family switch
    {
        ProcessorFamily.Clip or ProcessorFamily.Llava => new TargetSize(ShortestEdge: 224),
        ProcessorFamily.Idefics2 => new TargetSize(ShortestEdge: 378, LongestEdge: 980),
        ProcessorFamily.Idefics3 or ProcessorFamily.SmolVlm => new TargetSize(LongestEdge: 4 * 364),
        _ => TargetSize.Square(224),
    };

    private static ResampleFilter ReadFilter(OptionReader reader, ProcessorFamily family)
    {
        var otherwise = family switch
        {
            ProcessorFamily.Vit or ProcessorFamily.Idefics2 => ResampleFilter.Bilinear,
            ProcessorFamily.Idefics3 or ProcessorFamily.SmolVlm => ResampleFilter.Lanczos,
            _ => ResampleFilter.Bicubic,
        };
        var filter = (ResampleFilter)reader.Integer("resample", (int)otherwise);
        return Enum.IsDefined(filter)
            ? filter
            : throw new ModelException($"The image processor option 'resample' has no filter {(int)filter}; 0 to 5 exist.");
    }

    private static int ReadTileSide(OptionReader reader, ProcessorFamily family)
    {
        if (family is not (ProcessorFamily.Idefics3 or ProcessorFamily.SmolVlm))
            return 0;
        var size = reader.Size("max_image_size", new TargetSize(LongestEdge: 364), square: false);
        return size is { LongestEdge: { } side, ShortestEdge: null, Height: null, Width: null }
            ? side
            : throw new ModelException("The image processor option 'max_image_size' must have a 'longest_edge' and nothing else.");
    }

    // The original LLaVA's name for the same thing.
    private static bool ReadAspectRatio(OptionReader reader, string label) => reader.Text("image_aspect_ratio") switch
    {
        null or "" or "square" => false,
        "pad" => true,
        var other => throw new ModelException($"The {label} image processor does not support the 'image_aspect_ratio' '{other}'."),
    };

    private static void Check(ProcessorSettings settings, bool pad, bool idefics, string label)
    {
        if (settings.Normalize && settings.Std.Contains(0))
            throw new ModelException("The image processor option 'image_std' has a zero.");
        if (settings.CentreCrop && settings.CropSize is not { Height: not null, Width: not null, ShortestEdge: null, LongestEdge: null })
            throw new ModelException("The image processor option 'crop_size' must have 'height' and 'width' and nothing else.");
        if (idefics && (settings.CentreCrop || settings.PadToSquare))
            throw new ModelException($"The {label} image processor does not support 'do_center_crop' or 'image_aspect_ratio'.");
        if (!idefics && settings.Split)
            throw new ModelException($"The {label} image processor does not support 'do_image_splitting'.");
        if (!idefics && pad && settings.Family != ProcessorFamily.Llava)
            throw new ModelException($"The {label} image processor does not support 'do_pad'.");
        if (settings.Family == ProcessorFamily.Idefics2 && settings.Split && !pad)
            throw new ModelException($"The {label} image processor needs 'do_pad' to be true where 'do_image_splitting' is.");
        var box = settings.Size is { Height: not null, Width: not null, ShortestEdge: null, LongestEdge: null };
        var known = box || settings.Family switch
        {
            ProcessorFamily.Idefics2 => settings.Size is { ShortestEdge: not null, LongestEdge: not null, Height: null, Width: null },
            ProcessorFamily.Idefics3 or ProcessorFamily.SmolVlm =>
                settings.Size is { ShortestEdge: null, LongestEdge: not null, Height: null, Width: null },
            _ => settings.Size is { ShortestEdge: not null, LongestEdge: null, Height: null, Width: null },
        };
        if (settings.Resize && !known)
            throw new ModelException($"The image processor option 'size' has edges that the {label} image processor does not combine.");
    }
}
