using VisionCluster.Models.Exports;
using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// Llama's decoder (Touvron et al., 2023; transformers <c>modeling_llama.py</c>) as a graph, and with it Mistral's (Jiang et al., 2023) and
/// Gemma's (Mesnard et al., 2024). The serving form attends through <c>GroupQueryAttention</c> over one preallocated key-value buffer, and
/// computes logits for the wanted rows only; the prefix form does so for a prompt whose tokens look at each other in both directions; the
/// inspection form writes attention out and shows every layer.
/// </summary>
internal sealed class LlamaDecoder(LlamaConfig config, GraphBuilder graph, WeightScope model, WeightScope root)
{
    private readonly ResidualSpace _space = new(graph, config.HiddenSize, model.Layer.IsPerToken);

    private delegate Value Attention(int layer, Value qkv);

    /// <summary>The head's matrix is the embedding table itself when the two are tied.</summary>
    private string HeadName => config.TieWordEmbeddings ? $"{model.Prefix}embed_tokens.weight" : $"{root.Prefix}lm_head.weight";

    /// <param name="eightBitCache">Whether keys and values are cached in 8 bits.</param>
    public void BuildServing(bool eightBitCache = false)
    {
        var embeddings = graph.Input(DecoderTensors.Embeddings, DataType.Float, "batch", "tokens", config.HiddenSize);
        var lengths = graph.Input(DecoderTensors.SequenceLengths, DataType.Int32, "batch");
        var total = graph.Input(DecoderTensors.TotalLength, DataType.Int32, 1);
        BuildCached(embeddings, new CachedAttention(config, graph, lengths, total, eightBitCache).Build);
    }

    public void BuildPrefix()
    {
        var embeddings = graph.Input(DecoderTensors.Embeddings, DataType.Float, 1, "tokens", config.HiddenSize);
        BuildCached(embeddings, new ExplicitAttention(config, graph, graph.ShapeOf(embeddings, 1), config.CacheHeadDim).BuildCached);
    }

    public void BuildInspection()
    {
        var embeddings = graph.Input(DecoderTensors.Embeddings, DataType.Float, 1, "tokens", config.HiddenSize);
        var attention = new ExplicitAttention(config, graph, graph.ShapeOf(embeddings, 1), config.HeadDim);
        var (hidden, last) = Layers(
            embeddings,
            config.HeadDim,
            attention.BuildShown,
            (layer, sum) => graph.Output(DecoderTensors.TextHidden(layer), _space.Leave(sum), DataType.Float, 1, "tokens", config.HiddenSize));
        var (normed, sum) = graph.SkipRmsNorm(last, hidden, FinalNorm(), config.RmsNormEpsilon);
        graph.Output(DecoderTensors.TextHidden(config.Layers - 1), _space.Leave(sum), DataType.Float, 1, "tokens", config.HiddenSize);
        var final = _space.IsRotated ? graph.Mul(_space.Leave(normed), NormWeight("norm.weight")) : normed;
        graph.Output(DecoderTensors.TextFinal, final, DataType.Float, 1, "tokens", config.HiddenSize);
        var logits = graph.Reshape(Head(graph.Reshape(normed, -1, config.HiddenSize)), 1, -1, config.VocabularySize);
        graph.Output(DecoderTensors.Logits, logits, DataType.Float, 1, "tokens", config.VocabularySize);
    }

    /// <summary>The hub's usual form: past keys and values come in and go out, for a batch padded on the left.</summary>
    public void BuildExport(bool takesIds)
    {
        var embeddings = takesIds ? Embed(graph.Input(ExportTensors.InputIds, DataType.Int64, "batch", "tokens"))
            : graph.Input(ExportTensors.Embeddings, DataType.Float, "batch", "tokens", config.HiddenSize);
        var mask = graph.Input(ExportTensors.AttentionMask, DataType.Int64, "batch", "total");
        var positions = graph.Input(ExportTensors.PositionIds, DataType.Int64, "batch", "tokens");
        var keep = graph.Input(ExportTensors.LogitsToKeep, DataType.Int64);
        var (hidden, last) = Layers(
            embeddings, config.HeadDim, new ConcatAttention(config, graph, mask, positions, graph.ShapeOf(embeddings, 1)).Build, null);

        // The last so many positions; 0 begins at the first, so that all are kept.
        var start = graph.Node("Unsqueeze", [graph.Node("Neg", [keep]), graph.Ints(0)]);
        var (normed, _) = graph.SkipRmsNorm(Last(last), Last(hidden), FinalNorm(), config.RmsNormEpsilon);
        var shape = graph.Concat(0, graph.ShapeOf(embeddings, 0), graph.Ints(-1, config.VocabularySize));
        var logits = graph.Reshape(Head(graph.Reshape(normed, -1, config.HiddenSize)), shape);
        graph.Output(ExportTensors.Logits, logits, DataType.Float, "batch", "kept", config.VocabularySize);

        Value Last(Value x) => graph.Node("Slice", [x, start, graph.Ints(int.MaxValue), graph.Ints(1)]);
    }

    /// <summary>The embedding table as a graph of its own.</summary>
    public void BuildEmbedder()
    {
        var embeddings = Embed(graph.Input(ExportTensors.InputIds, DataType.Int64, "batch", "tokens"));
        graph.Output(ExportTensors.Embeddings, embeddings, DataType.Float, "batch", "tokens", config.HiddenSize);
    }

    private Value Embed(Value ids)
    {
        var rows = graph.Node("Gather", [model.Tensor("embed_tokens.weight", config.VocabularySize, config.HiddenSize), ids]);
        return config.EmbeddingScale == 1 ? rows : graph.Mul(rows, graph.Scalar(config.EmbeddingScale));
    }

    private void BuildCached(Value embeddings, Attention attention)
    {
        var rows = graph.Input(DecoderTensors.LogitRows, DataType.Int64, "rows");
        var (hidden, last) = Layers(embeddings, config.CacheHeadDim, attention, null);

        // Gather before the final norm and the head: a prompt's other rows need neither.
        var (normed, _) = graph.SkipRmsNorm(Rows(last, rows), Rows(hidden, rows), FinalNorm(), config.RmsNormEpsilon);
        graph.Output(DecoderTensors.Logits, Head(normed), DataType.Float, "rows", config.VocabularySize);
    }

    /// <returns>The last layer's residual input and its MLP output, not yet added.</returns>
    private (Value Hidden, Value Last) Layers(Value hidden, int head, Attention attention, Action<int, Value>? onLayer)
    {
        hidden = _space.Enter(hidden);
        var normed = graph.RmsNorm(hidden, LayerNorm(0, "input_layernorm"), config.RmsNormEpsilon);
        for (var layer = 0; ; layer++)
        {
            var scope = model.Sub($"layers.{layer}");
            var attended = Output(scope.Sub("self_attn"), attention(layer, Qkv(layer, normed, head)), head);
            (normed, hidden) = graph.SkipRmsNorm(attended, hidden, LayerNorm(layer, "post_attention_layernorm"), config.RmsNormEpsilon);
            var last = Mlp(scope.Sub("mlp"), layer, normed);
            if (layer == config.Layers - 1)
            {
                return (hidden, last);
            }

            (normed, hidden) = graph.SkipRmsNorm(last, hidden, LayerNorm(layer + 1, "input_layernorm"), config.RmsNormEpsilon);
            onLayer?.Invoke(layer, hidden);
        }
    }

    /// <summary>Query, key and value side by side from one product, <c>[batch, tokens, (heads + 2·kv) · head]</c>.</summary>
    private Value Qkv(int layer, Value normed, int head)
    {
        var (weights, prefix) = (model.Weights, $"{model.Prefix}layers.{layer}.self_attn.");
        var width = (config.Heads + (2 * config.KvHeads)) * head;
        (string Name, int Heads, bool Halves)[] parts = [("q_proj", config.Heads, true), ("k_proj", config.KvHeads, true), ("v_proj", config.KvHeads, false)];
        MatrixSource[] matrices = [.. parts.Select(Matrix)];

        // A GGUF file may have its value projections in finer blocks than the others: then there are three products.
        var packed = MatrixSource.Stack($"{prefix}qkv.{head}", matrices) is { } all
            ? model.Layer.Multiply(normed, all)
            : graph.Concat(-1, [.. matrices.Select(matrix => model.Layer.Multiply(normed, matrix))]);
        return config.AttentionBias
            ? graph.Add(packed, graph.Weight($"{prefix}qkv.{head}.bias", [width], () => Layout.Stack([.. parts.Select(Bias)])))
            : packed;

        MatrixSource Matrix((string Name, int Heads, bool Halves) part)
        {
            var matrix = MatrixSource.Of(weights, $"{prefix}{part.Name}.weight", part.Heads * config.HeadDim, config.HiddenSize);
            return _space.Reader(part.Name == "v_proj" ? _space.WritesHeads(matrix, config.HeadDim) : matrix, () => NormValues(LayerNormName(layer, "input_layernorm")))
                .PadHeads(part.Heads, config.HeadDim, head, part.Halves);
        }

        float[] Bias((string Name, int Heads, bool Halves) part)
        {
            var bias = weights.ReadFloats($"{prefix}{part.Name}.bias", part.Heads * config.HeadDim);
            return Layout.PadHeads(
                part.Name == "v_proj" ? _space.WritesHeads(bias, config.HeadDim) : bias, part.Heads, config.HeadDim, head, 1, part.Halves);
        }
    }

    private Value Mlp(WeightScope scope, int layer, Value x)
    {
        return GatedMlp.Build(graph, config.Activation, x, (name, input) => name == "down_proj" ? Down(input) : Up(name, input));

        Value Up(string name, Value input)
        {
            var matrix = MatrixSource.Of(scope.Weights, $"{scope.Prefix}{name}.weight", config.IntermediateSize, config.HiddenSize);
            var product = scope.Layer.Multiply(input, _space.Reader(matrix, () => NormValues(LayerNormName(layer, "post_attention_layernorm"))));
            return config.MlpBias ? graph.Add(product, scope.Tensor($"{name}.bias", config.IntermediateSize)) : product;
        }

        Value Down(Value input)
        {
            var matrix = MatrixSource.Of(scope.Weights, $"{scope.Prefix}down_proj.weight", config.HiddenSize, config.IntermediateSize);
            var product = scope.Layer.Multiply(input, _space.Writer(matrix), hasOutliers: true);
            return config.MlpBias ? graph.Add(product, WriterBias(scope, "down_proj.bias")) : product;
        }
    }

    private Value WriterBias(WeightScope scope, string name)
    {
        var (weights, full) = (scope.Weights, scope.Prefix + name);
        return graph.Weight(full, [config.HiddenSize], () => _space.Writer(weights.ReadFloats(full, config.HiddenSize)));
    }

    /// <summary>The attention block's output projection; rows for a head's widening are zero.</summary>
    private Value Output(WeightScope attention, Value mixed, int head)
    {
        var (name, hidden) = ($"{attention.Prefix}o_proj.weight", config.HiddenSize);
        var matrix = _space.ReadsHeads(
            _space.Writer(MatrixSource.Of(attention.Weights, name, hidden, config.Heads * config.HeadDim)), config.HeadDim);
        var product = attention.Layer.Multiply(mixed, head == config.HeadDim ? matrix : matrix.PadColumns($"{name}.{head}", config.Heads, config.HeadDim, head));
        return config.AttentionBias ? graph.Add(product, WriterBias(attention, "o_proj.bias")) : product;
    }

    private Value Head(Value rows)
    {
        var (weights, name, shape) = (model.Weights, HeadName, new long[] { config.VocabularySize, config.HiddenSize });
        if (!model.Layer.IsFloat)
        {
            var matrix = MatrixSource.Of(weights, name, config.VocabularySize, config.HiddenSize);
            return model.Layer.MultiplyHead(rows, _space.Reader(matrix, () => NormValues("norm.weight")));
        }

        // A tied head is the embedding table itself, in the file's order.
        var table = graph.Weight(name, shape, () => weights.ReadFloats(name, shape));
        return graph.Node("Gemm", [rows, table], [Attr.Int("transB", 1)]);
    }

    private Value Rows(Value x, Value rows) =>
        graph.Node("Gather", [graph.Reshape(x, -1, config.HiddenSize), rows], [Attr.Int("axis", 0)]);

    private static string LayerNormName(int layer, string name) => $"layers.{layer}.{name}.weight";

    private Value LayerNorm(int layer, string name) => Norm(LayerNormName(layer, name));

    private Value FinalNorm() => Norm("norm.weight");

    /// <summary>What a norm multiplies by: in a rotated space its weights are in the matrices behind it.</summary>
    private Value Norm(string name) => _space.IsRotated
        ? graph.Weight($"ones.{config.HiddenSize}", [config.HiddenSize], () => [.. Enumerable.Repeat(1f, config.HiddenSize)])
        : NormWeight(name);

    private Value NormWeight(string name) =>
        graph.Weight(config.NormPlusOne ? $"{model.Prefix}{name}.plus1" : model.Prefix + name, [config.HiddenSize], () => NormValues(name));

    private float[] NormValues(string name)
    {
        var values = model.Weights.ReadFloats(model.Prefix + name, config.HiddenSize);
        return config.NormPlusOne ? Layout.PlusOne(values) : values;
    }
}
