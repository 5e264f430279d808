namespace VisionCluster.Inference.Tests;

/// <summary>Waits that say what did not happen.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static async Task<T> Or<T>(this Task<T> task, string whatDidNotHappen)
    {
        await ((Task)task).Or(whatDidNotHappen);
        return await task;
    }

    public static async Task Or(this Task task, string whatDidNotHappen)
    {
        if (await Task.WhenAny(task, Task.Delay(Patience)) != task)
            Assert.Fail($"Within {Patience.TotalSeconds} s, this did not happen: {whatDidNotHappen}.");
        await task;
    }

    public static void Or(this ManualResetEventSlim signal, string whatDidNotHappen)
    {
        if (!signal.Wait(Patience))
            Assert.Fail($"Within {Patience.TotalSeconds} s, this did not happen: {whatDidNotHappen}.");
    }

    public static void Or(this SemaphoreSlim semaphore, string whatDidNotHappen)
    {
        if (!semaphore.Wait(Patience))
            Assert.Fail($"Within {Patience.TotalSeconds} s, this did not happen: {whatDidNotHappen}.");
    }
}
