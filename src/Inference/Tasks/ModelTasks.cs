using VisionCluster.Models.Compilation;
using VisionCluster.Models.Prompts;

namespace VisionCluster.Inference.Tasks;

/// <summary>What a compiled model can be asked for, from what it has.</summary>
internal static class ModelTasks
{
    private static readonly GraphKind[] InspectionGraphs =
        [GraphKind.EncoderInspection, GraphKind.DecoderInspection, GraphKind.VisionEncoderInspection, GraphKind.TextEncoderInspection];

    public static IReadOnlyList<string> Of(CompiledModel model, PromptPipeline? prompts)
    {
        var manifest = model.Manifest;
        var tasks = new List<string>();
        Add(TaskNames.Generate, manifest.Decoder is not null && prompts is { HasTemplate: true });
        Add(TaskNames.Classify, manifest is { Vision: not null, Labels: not null });
        Add(TaskNames.Embed, manifest.Vision is not null || manifest.Text is not null);
        Add(TaskNames.Similarity, manifest is { Vision: not null, Text: not null, Similarity: not null });
        Add(TaskNames.Inspect, InspectionGraphs.Any(kind => File.Exists(model.GraphPath(kind))));
        return tasks;

        void Add(string task, bool has)
        {
            if (has)
            {
                tasks.Add(task);
            }
        }
    }
}
