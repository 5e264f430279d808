using System.Text.Json.Nodes;
using Spectre.Console;
using VisionCluster.Cli.Commands;

namespace VisionCluster.Cli.Batch;

/// <summary>A bar on a terminal, and one line at the end.</summary>
internal static class BatchProgress
{
    /// <param name="total">Requests.</param>
    /// <param name="done">Of them answered by an earlier run.</param>
    /// <param name="work">Calls back with each reply.</param>
    /// <returns>0: refused requests are replies too.</returns>
    public static async Task<int> RunAsync(int total, int done, Func<Action<JsonObject>, Task> work)
    {
        var (answered, refused) = (0, 0);
        await Terminal.Error.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask("Answering", maxValue: total);
                task.Value = done;
                await work(reply =>
                {
                    Interlocked.Increment(ref answered);
                    if (reply["response"]?["status_code"]?.GetValue<int>() != 200)
                    {
                        Interlocked.Increment(ref refused);
                    }

                    task.Increment(1);
                });
            });
        var before = done > 0 ? $" ({done} were there)" : "";
        Terminal.Error.MarkupLine($"{answered} of {total} requests answered{before}, {(refused == 0 ? "none" : $"[yellow]{refused}[/]")} with an error.");
        return 0;
    }
}
