using VisionCluster.Inference.Onnx;
using VisionCluster.Inference.Sampling;
using VisionCluster.Inference.Tasks;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Inference.Inspection;

/// <summary>Looks into the text side: a decoder over a prompt, or a text encoder over a text.</summary>
internal sealed class TextInspection(CompiledModel model, ModelInspector inspector, Tokenizer tokenizer)
{
    private readonly GraphKind _kind = model.Manifest.Decoder is null ? GraphKind.TextEncoderInspection : GraphKind.DecoderInspection;

    private int Heads => model.Manifest.Decoder?.Heads ?? model.Manifest.Text!.Heads;

    private int HiddenSize => model.Manifest.Decoder?.HiddenSize ?? model.Manifest.Text!.HiddenSize;

    /// <summary>Runs a prompt through the decoder.</summary>
    public void Run(
        InspectedPrompt prompt, IReadOnlyList<InspectedImage> images, InspectionRequest request, InspectionBudget budget, List<InspectionPiece> pieces)
    {
        var ids = prompt.Prompt.Ids;
        if (request.Wants(InspectionView.Tokens))
        {
            pieces.Add(new TokensPiece(Positions(prompt, images)));
        }

        var (names, layers) = Plan(request, ids.Length, budget);
        if (request.Wants(InspectionView.NextTokens))
        {
            budget.CheckTensor("The logits of every position", ids.Length, model.Manifest.Decoder!.VocabularySize);
            names.Add(DecoderTensors.Logits);
        }

        if (names.Count == 0 && !IsShown(request, InspectionView.Embeddings))
        {
            return;
        }

        using var table = new EmbeddingTable(model);
        var embeddings = Embed(table, prompt);
        var tensors = names.Count == 0 ? [] : inspector.Decode(embeddings, names.Contains);
        if (IsShown(request, InspectionView.Embeddings))
        {
            pieces.Add(new TensorPiece(InspectionView.Embeddings, null, [1, ids.Length, HiddenSize], embeddings));
        }

        Show(tensors, layers, request, pieces);
        if (request.Wants(InspectionView.NextTokens))
        {
            pieces.Add(new NextTokensPiece(Next(ids, tensors.Single(tensor => tensor.Name == DecoderTensors.Logits), request.Top)));
        }
    }

    /// <summary>Runs a text through the text encoder.</summary>
    public void Run(int[] ids, int[] mask, InspectionRequest request, InspectionBudget budget, List<InspectionPiece> pieces)
    {
        if (request.Wants(InspectionView.Tokens))
        {
            pieces.Add(new TokensPiece([.. ids.Select(id => new PromptPosition(id, tokenizer.TokenText(id), false, null))]));
        }

        var (names, layers) = Plan(request, ids.Length, budget);
        if (IsShown(request, InspectionView.Embeddings))
        {
            names.Add(EncoderTensors.TextEmbeddings);
        }

        if (names.Count == 0)
        {
            return;
        }

        var batch = new TextBatch(1, ids.Length, [.. ids.Select(id => (long)id)], mask, new long[ids.Length]);
        var tensors = inspector.EncodeTexts(batch, names.Contains);
        if (tensors.FirstOrDefault(tensor => tensor.Name == EncoderTensors.TextEmbeddings) is { } embeddings)
        {
            pieces.Add(Tensor(InspectionView.Embeddings, embeddings));
        }

        Show(tensors, layers, request, pieces);
    }

    private static bool IsShown(InspectionRequest request, InspectionView view) => !request.LooksAtVision && request.Wants(view);

    private static TensorPiece Tensor(InspectionView view, NamedTensor tensor) =>
        new(view, null, [.. tensor.Shape.Select(size => (int)size)], tensor.Values);

    private static void Show(
        IReadOnlyList<NamedTensor> tensors, IReadOnlyList<int> layers, InspectionRequest request, List<InspectionPiece> pieces)
    {
        foreach (var layer in layers)
        {
            if (Find(DecoderTensors.TextHidden(layer)) is { } hidden)
            {
                pieces.Add(Tensor(InspectionView.Hidden, hidden) with { Layer = layer });
            }

            if (Find(DecoderTensors.TextAttention(layer)) is { } attention)
            {
                var (shape, values) = AttentionRows.Take(attention, request);
                pieces.Add(new TensorPiece(InspectionView.Attention, null, [1, .. shape], values) { Layer = layer });
            }
        }

        NamedTensor? Find(string name) => tensors.FirstOrDefault(tensor => tensor.Name == name);
    }

    private (HashSet<string> Names, IReadOnlyList<int> Layers) Plan(InspectionRequest request, int tokens, InspectionBudget budget)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var (hidden, attention) = (IsShown(request, InspectionView.Hidden), IsShown(request, InspectionView.Attention));
        if (IsShown(request, InspectionView.Embeddings))
        {
            budget.Charge(tokens, HiddenSize);
        }

        budget.CheckTensor("One layer's attention over the text", Heads, tokens, tokens);
        var layers = hidden || attention ? LayerChoice.Of(request.Layers, inspector.OutputNames(_kind), DecoderTensors.TextHidden) : [];
        foreach (var layer in layers)
        {
            if (hidden)
            {
                budget.Charge(tokens, HiddenSize);
                names.Add(DecoderTensors.TextHidden(layer));
            }

            if (attention)
            {
                budget.Charge(request.AverageHeads ? 1 : Heads, AttentionRows.Count(request, tokens), tokens);
                names.Add(DecoderTensors.TextAttention(layer));
            }
        }

        return (names, layers);
    }

    /// <summary>Text rows from the embedding table, image rows from the tower, in order.</summary>
    private float[] Embed(EmbeddingTable table, InspectedPrompt prompt)
    {
        var (ids, hidden) = (prompt.Prompt.Ids, table.HiddenSize);
        var embeddings = new float[ids.Length * hidden];
        table.Lookup(ids, embeddings);
        var (image, row) = (0, 0);
        for (var i = 0; i < ids.Length - prompt.AnswerTokens; i++)
        {
            if (ids[i] != prompt.Prompt.ImageTokenId)
            {
                continue;
            }

            var source = prompt.Prompt.Images[image];
            source.Embedding.Span.Slice(row * hidden, hidden).CopyTo(embeddings.AsSpan(i * hidden, hidden));
            (image, row) = row + 1 == source.Rows ? (image + 1, 0) : (image, row + 1);
        }

        return embeddings;
    }

    private List<PromptPosition> Positions(InspectedPrompt prompt, IReadOnlyList<InspectedImage> images)
    {
        var (ids, positions, image, token) = (prompt.Prompt.Ids, new List<PromptPosition>(), 0, 0);
        for (var i = 0; i < ids.Length; i++)
        {
            var answer = i >= ids.Length - prompt.AnswerTokens;
            ImagePlace? place = null;
            if (!answer && ids[i] == prompt.Prompt.ImageTokenId)
            {
                var (seen, tokens) = (images[image], prompt.Prompt.Images[image].Rows);
                place = ImagePlaces.Of(image, seen.Grid, tokens / seen.Grid.Tiles, model.Manifest.Encoder!.Shuffle, token);
                (image, token) = token + 1 == tokens ? (image + 1, 0) : (image, token + 1);
            }

            positions.Add(new PromptPosition(ids[i], tokenizer.TokenText(ids[i]), answer, place));
        }

        return positions;
    }

    private List<NextTokens> Next(int[] ids, NamedTensor logits, int top)
    {
        var (rows, width) = (new List<NextTokens>(ids.Length), (int)logits.Shape[^1]);
        for (var i = 0; i < ids.Length; i++)
        {
            var row = logits.Values.AsSpan(i * width, width);
            var best = LogProbabilities.Top(row, LogProbabilities.LogSumExp(row), top);
            rows.Add(new NextTokens(
                ids[i],
                tokenizer.TokenText(ids[i]),
                [.. best.Select(token => new TokenCandidate(token.TokenId, tokenizer.TokenText(token.TokenId), MathF.Exp(token.LogProb)))]));
        }

        return rows;
    }
}
