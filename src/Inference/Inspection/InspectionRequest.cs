namespace VisionCluster.Inference.Inspection;

/// <summary>What to look at.</summary>
public sealed record InspectionRequest
{
    public IReadOnlyList<ReadOnlyMemory<byte>> Images { get; init; } = [];

    public string Text { get; init; } = "";

    public required IReadOnlySet<InspectionView> Views { get; init; }

    /// <summary>Layers for hidden states, attention and PCA; empty = the last.</summary>
    public IReadOnlyList<int> Layers { get; init; } = [];

    /// <summary>Candidates at each position.</summary>
    public int Top { get; init; } = 5;

    /// <summary>The text is the whole prompt, without the chat template.</summary>
    public bool Plain { get; init; }

    /// <summary>Tokens that the model answers first; they continue the prompt.</summary>
    public int AnswerTokens { get; init; }

    /// <summary>Shuffles each tile's patches.</summary>
    public ulong? ShuffleSeed { get; init; }

    /// <summary>Overrides the checkpoint's image splitting.</summary>
    public bool? Split { get; init; }

    public InspectionTower Tower { get; init; }

    /// <summary>Rows of attention to report; empty = all.</summary>
    public IReadOnlyList<int> Queries { get; init; } = [];

    /// <summary>The mean over heads, in place of each.</summary>
    public bool AverageHeads { get; init; }

    internal bool Wants(InspectionView view) => Views.Contains(view);

    internal bool LooksAtVision => Tower == InspectionTower.Vision || (Tower == InspectionTower.Default && Images.Count > 0);

    internal bool WantsTower => Wants(InspectionView.Embeddings) || Wants(InspectionView.Hidden) || Wants(InspectionView.Attention);

    /// <summary>Whether the vision tower's insides are asked for.</summary>
    internal bool WantsVision => (LooksAtVision && WantsTower) || Wants(InspectionView.PatchGrid) || Wants(InspectionView.PatchProjection)
        || Wants(InspectionView.Positions) || Wants(InspectionView.Pca);

    /// <summary>Whether the prompt has to be run, or listed.</summary>
    internal bool WantsText => (!LooksAtVision && WantsTower) || Wants(InspectionView.Tokens) || Wants(InspectionView.NextTokens);
}
