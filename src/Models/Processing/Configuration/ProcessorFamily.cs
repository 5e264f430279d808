namespace VisionCluster.Models.Processing.Configuration;

/// <summary>Processor classes of the reference; PaliGemma's is SigLIP's, SmolVLM's works like Idefics3's.</summary>
internal enum ProcessorFamily
{
    Vit,
    Clip,
    Siglip,
    Llava,
    Idefics2,
    Idefics3,
    SmolVlm,
}

/// <summary>Which class a checkpoint means.</summary>
internal static class ProcessorFamilies
{
    // The reference has the same class for several back ends, and older releases called it a feature extractor.
    private static readonly string[] Suffixes = ["ImageProcessorFast", "ImageProcessorPil", "ImageProcessor", "FeatureExtractor"];

    /// <exception cref="ModelException">The class is not supported.</exception>
    public static ProcessorFamily OfClass(string name)
    {
        var suffix = Suffixes.FirstOrDefault(suffix => name.EndsWith(suffix, StringComparison.Ordinal));
        return (suffix is null ? name : name[..^suffix.Length]) switch
        {
            "ViT" => ProcessorFamily.Vit,
            "CLIP" => ProcessorFamily.Clip,
            "Siglip" => ProcessorFamily.Siglip,
            "Llava" => ProcessorFamily.Llava,
            "Idefics2" => ProcessorFamily.Idefics2,
            "Idefics3" => ProcessorFamily.Idefics3,
            "SmolVLM" => ProcessorFamily.SmolVlm,
            _ => throw new ModelException($"The image processor '{name}' is not supported."),
        };
    }

    /// <summary>For configurations that name no class.</summary>
    /// <exception cref="ModelException">The model type has no image processor here.</exception>
    public static ProcessorFamily OfModelType(string modelType) => modelType switch
    {
        "vit" => ProcessorFamily.Vit,
        "clip" or "clip_vision_model" => ProcessorFamily.Clip,
        "siglip" or "siglip_vision_model" or "paligemma" => ProcessorFamily.Siglip,
        "llava" => ProcessorFamily.Llava,
        "idefics2" => ProcessorFamily.Idefics2,
        "idefics3" => ProcessorFamily.Idefics3,
        "smolvlm" => ProcessorFamily.SmolVlm,
        _ => throw new ModelException($"There is no image processor for the model type '{modelType}'."),
    };
}
