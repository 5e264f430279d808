namespace VisionCluster.Models.Tokenization.Algorithms;

/// <summary>Turns a piece of text into token ids. Thread-safe.</summary>
internal interface ITokenModel
{
    Vocabulary Vocabulary { get; }

    void Tokenize(ReadOnlySpan<char> piece, List<int> ids);
}
