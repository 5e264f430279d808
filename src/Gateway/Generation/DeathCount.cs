namespace VisionCluster.Gateway.Generation;

/// <summary>
/// How often in a row a generation's silo or device died under it. One that does it twice is not tried on a third. An answer that has grown
/// well past the place of its last death has shown that it was not the cause. A silo that lives and knows nothing of the generation has not
/// died: while a death spreads through the cluster, a call may come to where the generation never was.
/// </summary>
/// <param name="before">Counted under another gateway.</param>
internal sealed class DeathCount(int before)
{
    public const int Most = 2;
    private const int MostLosses = 8;
    private const int HarmlessTokens = 32;

    private readonly List<(int Tokens, string Silo, CancellationToken Dead, bool DeviceFailed)> _losses = new(MostLosses);

    /// <summary>Times that the generation was not where it had been, whatever became of the silo.</summary>
    public int Losses => _losses.Count;

    public int InARow
    {
        get
        {
            var (row, last) = (before, 0);
            var dead = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (tokens, silo, death, deviceFailed) in _losses)
            {
                var counts = deviceFailed ? !dead.Contains(silo) : (!death.CanBeCanceled || death.IsCancellationRequested) && dead.Add(silo);
                if (!counts)
                    continue;
                row = tokens - last >= HarmlessTokens ? 1 : row + 1;
                last = tokens;
            }

            return row;
        }
    }

    public bool IsPoison => InARow >= Most || Losses >= MostLosses;

    /// <param name="tokens">Tokens that the answer has.</param>
    /// <param name="silo">Its address. It dies once: a stalled one that goes on may answer before it learns of its eviction, and fails what it began.</param>
    /// <param name="death">Cancelled if the silo is dead, or as soon as that is known; none if it cannot be known, which counts as a death.</param>
    public void Add(int tokens, string silo, CancellationToken death) => _losses.Add((tokens, silo, death, false));

    /// <summary>The silo says that its device failed.</summary>
    public void AddFailure(int tokens, string silo) => _losses.Add((tokens, silo, default, true));
}
