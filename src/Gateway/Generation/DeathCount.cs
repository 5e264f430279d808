namespace VisionCluster.Gateway.Generation;

/// <summary>
/// How often in a row a generation's silo or device died under it. One that does it twice is not tried on a third. An answer that has grown
/// well past the place of its last death has shown that it was not the cause.
/// </summary>
internal sealed class DeathCount(int before)
{
    public const int Most = 2;
    private const int HarmlessTokens = 32;

    private int _tokensAtDeath;

    public int InARow { get; private set; } = before;

    public bool IsPoison => InARow >= Most;

    public void Add(int tokens)
    {
        InARow = tokens - _tokensAtDeath >= HarmlessTokens ? 1 : InARow + 1;
        _tokensAtDeath = tokens;
    }
}
