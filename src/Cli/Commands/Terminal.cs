using Spectre.Console;

namespace VisionCluster.Cli.Commands;

/// <summary>Results go to standard output, everything about the work to standard error.</summary>
internal static class Terminal
{
    public static IAnsiConsole Error { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Shows what is being done while <paramref name="work"/> runs: a spinner on a terminal, a line each in a log.</summary>
    public static async Task<T> WithProgressAsync<T>(string title, Func<IProgress<string>, Task<T>> work)
    {
        if (!Error.Profile.Capabilities.Interactive)
        {
            return await work(new LineProgress());
        }

        return await Error.Status().Spinner(Spinner.Known.Dots).StartAsync(title, status => work(new StatusProgress(status)));
    }

    private sealed class LineProgress : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine(value);
    }

    private sealed class StatusProgress(StatusContext status) : IProgress<string>
    {
        public void Report(string value) => status.Status(Markup.Escape(value));
    }
}
