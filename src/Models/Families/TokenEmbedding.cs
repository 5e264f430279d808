using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>A text encoder's inputs and its token and position embeddings.</summary>
internal sealed class TokenEmbedding(TextTowerConfig config, GraphBuilder graph)
{
    public Value Ids() => graph.Input(EncoderTensors.InputIds, DataType.Int64, "batch", "tokens");

    public Value Mask() => graph.Input(EncoderTensors.AttentionMask, DataType.Int32, "batch", "tokens");

    public Value Types() => graph.Input(EncoderTensors.TokenTypeIds, DataType.Int64, "batch", "tokens");

    /// <summary>Rows of a table, <c>[batch, tokens, hidden]</c>.</summary>
    public Value Rows(WeightScope scope, string table, int count, Value ids) =>
        graph.Node("Gather", [scope.Tensor($"{table}.weight", count, config.HiddenSize), ids], [Attr.Int("axis", 0)]);

    /// <summary>Tokens and positions added up.</summary>
    public Value Build(WeightScope scope, string tokens, string positions, Value ids)
    {
        var table = scope.Tensor($"{positions}.weight", config.MaxTokens, config.HiddenSize);
        var rows = graph.Node("Slice", [table, graph.Ints(0), graph.ShapeOf(ids, 1), graph.Ints(0)]);
        return graph.Add(Rows(scope, tokens, config.VocabularySize, ids), rows);
    }

    /// <summary>Shows the input of layer 0 and every layer's output.</summary>
    public void Show(Value[] hidden)
    {
        Show(EncoderTensors.TextEmbeddings, hidden[0]);
        for (var layer = 0; layer + 1 < hidden.Length; layer++)
        {
            Show(DecoderTensors.TextHidden(layer), hidden[layer + 1]);
        }
    }

    public void Show(string name, Value value) => graph.Output(name, value, DataType.Float, "batch", "tokens", config.HiddenSize);
}
