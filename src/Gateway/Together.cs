namespace VisionCluster.Gateway;

/// <summary>Runs a request's pieces of work at once; the first that fails ends the others.</summary>
internal static class Together
{
    public static async Task<T[]> RunAsync<T>(IEnumerable<Func<CancellationToken, Task<T>>> work, CancellationToken cancellationToken)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tasks = work.Select(w => w(abandon.Token)).ToArray();
        try
        {
            foreach (var task in tasks)
                await task; // in order, so that the message names the first bad picture
        }
        catch
        {
            await abandon.CancelAsync();
            await Task.WhenAll(tasks).ContinueWith(static _ => { }, TaskScheduler.Default); // nothing outlives the request
            throw;
        }

        return [.. tasks.Select(t => t.Result)];
    }
}
