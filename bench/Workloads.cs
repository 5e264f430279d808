using System.Diagnostics;

namespace VisionCluster.Bench;

/// <summary>What is measured; each returns one figure.</summary>
internal static class Workloads
{
    private const string Question = "What is this?";
    private const int Repeats = 10;
    private const int Pictures = 64;
    private const int PicturesAtOnce = 16;

    private static readonly byte[][] Files =
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "samples"), "*.png").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    /// <summary>Tokens per second of many sessions in one batch.</summary>
    public static async Task<double> DecodeAsync(IBenchClient client, int sessions, int tokens)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, sessions).Select(i => client.GenerateAsync($"Who are you? ({i})", null, tokens)));
        return sessions * tokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Median time to the first token of a text prompt, in milliseconds.</summary>
    public static Task<double> FirstTokenAsync(IBenchClient client) => MedianAsync(() => client.GenerateAsync("Who are you?", null, 1));

    /// <summary>Median time to the first token of a prompt with a picture never seen before, in milliseconds.</summary>
    public static Task<double> FirstTokenOfPictureAsync(IBenchClient client) => MedianAsync(() => client.GenerateAsync(Question, NewPicture(0), 1));

    /// <summary>Pictures per second, each new, each asked about.</summary>
    public static async Task<double> PicturesAsync(IBenchClient client)
    {
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Pictures),
            new ParallelOptions { MaxDegreeOfParallelism = PicturesAtOnce },
            async (i, _) => await client.GenerateAsync(Question, NewPicture(i), 1));
        return Pictures / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> MedianAsync(Func<Task<TimeSpan>> run)
    {
        var times = new List<double>();
        for (var i = 0; i < Repeats; i++)
        {
            times.Add((await run()).TotalMilliseconds);
        }

        return times.Order().ElementAt(Repeats / 2);
    }

    /// <summary>The same pixels in a file that no cache knows: PNG readers stop at the end marker.</summary>
    private static byte[] NewPicture(int i) => [.. Files[i % Files.Length], .. Guid.NewGuid().ToByteArray()];
}
