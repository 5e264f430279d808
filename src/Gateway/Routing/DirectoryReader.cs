using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Routing;

/// <summary>
/// Asks the device directory. A call that went through a silo that has died is answered by nobody, so one by another way goes out before it is
/// given up.
/// </summary>
/// <param name="ask">One call; it ends by itself in a second or so.</param>
/// <param name="time">What is waited by.</param>
internal sealed class DirectoryReader(Func<Task<DirectoryView>> ask, TimeProvider time)
{
    private const int MaxAsked = 8; // as long as it takes to declare a silo dead
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(250);

    /// <summary>The first answer of several calls; the last one's error if all fail.</summary>
    public async Task<DirectoryView> ReadAsync()
    {
        var (open, asked) = (new List<Task<DirectoryView>>(MaxAsked), 0);
        while (true)
        {
            if (asked < MaxAsked)
            {
                open.Add(ask());
                asked++;
                open[^1].Ignore(); // where another one is quicker
            }

            var first = await FirstAsync(open, asked < MaxAsked ? AskAgain : Timeout.InfiniteTimeSpan);
            if (first is null)
                continue;
            if (first.IsCompletedSuccessfully || (asked == MaxAsked && open.Count == 1))
                return await first;
            open.Remove(first);
        }
    }

    private async Task<Task<DirectoryView>?> FirstAsync(List<Task<DirectoryView>> open, TimeSpan limit)
    {
        try
        {
            return await Task.WhenAny(open).WaitAsync(limit, time);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
