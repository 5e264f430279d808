using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// LLaVA's vision side: the chosen hidden states of the tower, side by side, through the projector. Later layers do not run.
/// </summary>
internal sealed class LlavaEncoder(LlavaVision vision, LlavaProjector projector, GraphBuilder graph, WeightScope root)
{
    public void Build(bool inspect)
    {
        var hidden = Tower(inspect);
        var selected = vision.FeatureLayers.Count == 1 ? hidden[vision.FeatureLayers[0]]
            : graph.Concat(-1, [.. vision.FeatureLayers.Select(layer => hidden[layer])]);
        if (vision.DropFirst)
        {
            selected = graph.Node("Slice", [selected, graph.Ints(1), graph.Ints(int.MaxValue), graph.Ints(1)]);
        }

        if (inspect)
        {
            graph.Output(EncoderTensors.VisionSelected, selected, DataType.Float, "tiles", vision.Tokens, vision.FeatureSize);
        }

        var scope = root.Find("linear_1.weight", "multi_modal_projector", "model.multi_modal_projector");
        var inner = scope.Linear(selected, "linear_1", vision.FeatureSize, projector.HiddenSize, projector.Bias);
        inner = Activations.Apply(graph, projector.Activation, inner);
        var features = scope.Linear(inner, "linear_2", projector.HiddenSize, projector.HiddenSize, projector.Bias);
        graph.Output(EncoderTensors.ImageFeatures, features, DataType.Float, "tiles", vision.Tokens, projector.HiddenSize);
    }

    private Value[] Tower(bool inspect)
    {
        var scope = root.Find("embeddings.patch_embedding.weight", VisionTowerPlaces.All);
        var count = inspect ? vision.Config.Layers.Layers : vision.FeatureLayers.Max();
        return vision.IsClip
            ? new ClipTower(vision.Config, graph, scope, inspect).Build(count)
            : new SiglipTower(vision.Config, graph, scope, inspect)
                .Build(new PatchEmbedding(vision.Config, graph).FixedPixels(), null, AttentionMask.None, count).Hidden;
    }
}

/// <summary>LLaVA's two-layer MLP.</summary>
internal sealed record LlavaProjector(string Activation, bool Bias, int HiddenSize);
