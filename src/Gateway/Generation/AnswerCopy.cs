using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Generation;

/// <summary>
/// The gateway's copy of an answer: with it the answer goes on when the silo that holds the log is gone. Bounded by the model's context.
/// </summary>
internal sealed class AnswerCopy
{
    private readonly List<GeneratedToken> _tokens = [];

    public GenerationAccepted? Accepted { get; private set; }

    /// <summary>Where reading goes on; −1 until the prompt was accepted.</summary>
    public int Next => Accepted is null ? -1 : _tokens.Count;

    public int Count => _tokens.Count;

    public GeneratedToken[] Tokens => [.. _tokens];

    /// <returns>False when it is known already: the answer was started again.</returns>
    public bool TryAccept(GenerationAccepted accepted)
    {
        var isNew = Accepted is null;
        Accepted ??= accepted;
        return isNew;
    }

    /// <returns>False when it is here already.</returns>
    /// <exception cref="InvalidOperationException">A token in between was lost.</exception>
    public bool TryAdd(GeneratedToken token)
    {
        if (token.Index > _tokens.Count)
            throw new InvalidOperationException($"Token {token.Index} came after {_tokens.Count} tokens.");
        if (token.Index < _tokens.Count)
            return false;
        _tokens.Add(token);
        return true;
    }
}
