using Spectre.Console;

namespace VisionCluster.Cli.Commands;

/// <summary>Results go to standard output, everything about the work to standard error.</summary>
internal static class Terminal
{
    // A file or a pipe has no width; tables in it shall not be folded to a narrow screen's.
    private const int WidthOfNoTerminal = 200;

    public static IAnsiConsole Error { get; } = Create(Console.Error, Console.IsErrorRedirected);

    public static IAnsiConsole Output { get; } = Create(Console.Out, Console.IsOutputRedirected);

    /// <summary>Prints a streaming answer, without the blank that models begin with.</summary>
    public static Action<string> Answer()
    {
        var begun = false;
        return text =>
        {
            text = begun ? text : text.TrimStart();
            begun |= text.Length > 0;
            Console.Out.Write(text);
            Console.Out.Flush();
        };
    }

    /// <summary>Shows what is being done while <paramref name="work"/> runs: a spinner on a terminal, a line each in a log.</summary>
    public static async Task<T> WithProgressAsync<T>(string title, Func<IProgress<string>, Task<T>> work)
    {
        if (!Error.Profile.Capabilities.Interactive)
        {
            return await work(new LineProgress());
        }

        return await Error.Status().Spinner(Spinner.Known.Dots).StartAsync(title, status => work(new StatusProgress(status)));
    }

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = redirected ? WidthOfNoTerminal : console.Profile.Width;
        return console;
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
