using System.Text.Json.Nodes;

namespace VisionCluster.Cli.Bench.Weights;

/// <summary>A real model's sizes: what its <c>config.json</c> says and which tensors it has.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Config"><c>config.json</c>.</param>
/// <param name="Processor"><c>preprocessor_config.json</c>; null for a text model.</param>
/// <param name="TextFiles">The embedded model whose tokenizer and template are copied; null for a model without texts.</param>
/// <param name="Tensors">Names and shapes.</param>
internal sealed record CheckpointShape(
    string Name, JsonObject Config, JsonObject? Processor, string? TextFiles, IReadOnlyList<(string Name, long[] Shape)> Tensors);
