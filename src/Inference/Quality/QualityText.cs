namespace VisionCluster.Inference.Quality;

/// <summary>The prose that quality is measured on unless another is given; see <c>Prose/README.md</c>.</summary>
public static class QualityText
{
    private const string Resource = "VisionCluster.Inference.Quality.Prose.alice.txt";

    /// <summary>Chapters I to III of Alice's Adventures in Wonderland.</summary>
    public static string Default { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(QualityText).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly lacks {Resource}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
