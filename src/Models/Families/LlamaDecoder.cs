using VisionCluster.Models.Exports;
using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// Llama's decoder (Touvron et al., 2023; transformers <c>modeling_llama.py</c>) as a graph, and with it Mistral's (Jiang et al., 2023) and
/// Gemma's (Mesnard et al., 2024). The serving form attends over one preallocated key-value buffer, and computes logits for the wanted rows
/// only; the prefix form does so for a prompt whose tokens look at each other in both directions; the inspection form writes attention out
/// and shows every layer.
/// </summary>
internal sealed class LlamaDecoder
{
    private readonly LlamaConfig _config;
    private readonly GraphBuilder _graph;
    private readonly WeightScope _model;
    private readonly bool _kernels;
    private readonly LlamaMatrices _matrices;
    private readonly IDecoderLayers _layers;

    /// <param name="config">The decoder.</param>
    /// <param name="graph">Its graph.</param>
    /// <param name="model">Where its embeddings, layers and final norm are.</param>
    /// <param name="root">Where its head is.</param>
    /// <param name="kernels">Whether the graph may use our own operators (<see cref="KernelOps"/>).</param>
    public LlamaDecoder(LlamaConfig config, GraphBuilder graph, WeightScope model, WeightScope root, bool kernels = false)
    {
        (_config, _graph, _model, _kernels) = (config, graph, model, kernels);
        _matrices = new LlamaMatrices(config, model, root);
        _layers = model.Layer.HasKernels ? new FusedLayers(config, graph, model, _matrices)
            : new PlainLayers(config, graph, model, _matrices);
    }

    /// <param name="cache">What keys and values are cached in.</param>
    public void BuildServing(CacheForm cache)
    {
        if (_kernels && cache != CacheForm.EightBit)
        {
            BuildPacked(cache);
            return;
        }

        var embeddings = _graph.Input(DecoderTensors.Embeddings, DataType.Float, "batch", "tokens", _config.HiddenSize);
        var lengths = _graph.Input(DecoderTensors.SequenceLengths, DataType.Int32, "batch");
        var total = _graph.Input(DecoderTensors.TotalLength, DataType.Int32, 1);
        BuildCached(embeddings, new CachedAttention(_config, _graph, lengths, total, cache).Build);
    }

    public void BuildPrefix()
    {
        var embeddings = _graph.Input(DecoderTensors.Embeddings, DataType.Float, 1, "tokens", _config.HiddenSize);
        BuildCached(embeddings, new ExplicitAttention(_config, _graph, _graph.ShapeOf(embeddings, 1), _config.CacheHeadDim).BuildCached);
    }

    public void BuildInspection()
    {
        var embeddings = _graph.Input(DecoderTensors.Embeddings, DataType.Float, 1, "tokens", _config.HiddenSize);
        var attention = new ExplicitAttention(_config, _graph, _graph.ShapeOf(embeddings, 1), _config.HeadDim);
        var stream = _layers.Build(embeddings, _config.HeadDim, attention.BuildShown, Show);
        var (normed, sum) = FinalNorm(stream);
        Show(_config.Layers - 1, sum);
        _graph.Output(DecoderTensors.TextFinal, normed, DataType.Float, 1, "tokens", _config.HiddenSize);
        var logits = _graph.Reshape(Head(_graph.Reshape(normed, -1, _config.HiddenSize)), 1, -1, _config.VocabularySize);
        _graph.Output(DecoderTensors.Logits, logits, DataType.Float, 1, "tokens", _config.VocabularySize);

        void Show(int layer, Value sum) =>
            _graph.Output(DecoderTensors.TextHidden(layer), sum, DataType.Float, 1, "tokens", _config.HiddenSize);
    }

    /// <summary>The hub's usual form: past keys and values come in and go out, for a batch padded on the left.</summary>
    public void BuildExport(bool takesIds)
    {
        var embeddings = takesIds ? Embed(_graph.Input(ExportTensors.InputIds, DataType.Int64, "batch", "tokens"))
            : _graph.Input(ExportTensors.Embeddings, DataType.Float, "batch", "tokens", _config.HiddenSize);
        var mask = _graph.Input(ExportTensors.AttentionMask, DataType.Int64, "batch", "total");
        var positions = _graph.Input(ExportTensors.PositionIds, DataType.Int64, "batch", "tokens");
        var keep = _graph.Input(ExportTensors.LogitsToKeep, DataType.Int64);
        var attention = new ConcatAttention(_config, _graph, mask, positions, _graph.ShapeOf(embeddings, 1));
        var stream = _layers.Build(embeddings, _config.HeadDim, attention.Build, null);

        // The last so many positions; 0 begins at the first, so that all are kept.
        var start = _graph.Node("Unsqueeze", [_graph.Node("Neg", [keep]), _graph.Ints(0)]);
        var (normed, _) = FinalNorm(stream.Map(x => _graph.Node("Slice", [x, start, _graph.Ints(int.MaxValue), _graph.Ints(1)])));
        var shape = _graph.Concat(0, _graph.ShapeOf(embeddings, 0), _graph.Ints(-1, _config.VocabularySize));
        var logits = _graph.Reshape(Head(_graph.Reshape(normed, -1, _config.HiddenSize)), shape);
        _graph.Output(ExportTensors.Logits, logits, DataType.Float, "batch", "kept", _config.VocabularySize);
    }

    /// <summary>The embedding table as a graph of its own.</summary>
    public void BuildEmbedder()
    {
        var embeddings = Embed(_graph.Input(ExportTensors.InputIds, DataType.Int64, "batch", "tokens"));
        _graph.Output(ExportTensors.Embeddings, embeddings, DataType.Float, "batch", "tokens", _config.HiddenSize);
    }

    /// <summary>Tokens of all sequences lie one behind the other, however many each has: only attention asks whose they are.</summary>
    private void BuildPacked(CacheForm cache)
    {
        var embeddings = _graph.Input(DecoderTensors.Embeddings, DataType.Float, 1, "tokens", _config.HiddenSize);
        var runs = _graph.Input(DecoderTensors.SlotRuns, DataType.Int32, "sequences", DecoderTensors.SlotRunFields);
        BuildCached(embeddings, new SlotAttention(_config, _graph, runs, cache).Build);
    }

    private Value Embed(Value ids)
    {
        var rows = _graph.Node("Gather", [_model.Tensor("embed_tokens.weight", _config.VocabularySize, _config.HiddenSize), ids]);
        return _config.EmbeddingScale == 1 ? rows : _graph.Mul(rows, _graph.Scalar(_config.EmbeddingScale));
    }

    private void BuildCached(Value embeddings, LayerAttention attention)
    {
        var rows = _graph.Input(DecoderTensors.LogitRows, DataType.Int64, "rows");
        var stream = _layers.Build(embeddings, _config.CacheHeadDim, attention, null);

        // Gather before the final norm and the head: a prompt's other rows need neither.
        var wanted = stream.Map(x => _graph.Node("Gather", [_graph.Reshape(x, -1, _config.HiddenSize), rows], [Attr.Int("axis", 0)]));
        _graph.Output(DecoderTensors.Logits, Head(FinalNorm(wanted).Normed), DataType.Float, "rows", _config.VocabularySize);
    }

    private (Value Normed, Value Sum) FinalNorm(ResidualStream stream) => stream.Norm(_graph, _matrices.NormWeight(_graph, "norm.weight"), _config.RmsNormEpsilon);

    private Value Head(Value rows)
    {
        if (!_model.Layer.IsFloat)
        {
            return _model.Layer.Multiply(rows, _matrices.Head());
        }

        // A tied head is the embedding table itself, in the file's order.
        var (weights, name, shape) = (_model.Weights, _matrices.HeadName, new long[] { _config.VocabularySize, _config.HiddenSize });
        var table = _graph.Weight(name, shape, () => weights.ReadFloats(name, shape));
        return _graph.Node("Gemm", [rows, table], [Attr.Int("transB", 1)]);
    }
}
