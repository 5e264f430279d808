using Grpc.Core;
using Spectre.Console;
using VisionCluster.Cli.Client;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Commands;

/// <summary>A conversation on a terminal. The server remembers the turns; each message sends only what is new.</summary>
internal sealed class Conversation(ClusterConnection connection, GenerateRequest template)
{
    private readonly List<string> _images = [];
    private string _session = NewSession();
    private CancellationTokenSource? _answer;

    public async Task<int> RunAsync(IEnumerable<string> images)
    {
        _images.AddRange(images);
        Console.CancelKeyPress += OnInterrupt;
        try
        {
            Terminal.Error.MarkupLine("[grey]/image FILE adds a picture, /new forgets, /quit ends.[/]");
            while (Read() is { } line)
            {
                if (line == "/quit")
                {
                    break;
                }

                await TakeAsync(line.Trim());
            }

            return 0;
        }
        finally
        {
            Console.CancelKeyPress -= OnInterrupt;
        }
    }

    private async Task TakeAsync(string line)
    {
        if (line == "/new")
        {
            _session = NewSession();
            _images.Clear();
        }
        else if (line.StartsWith("/image ", StringComparison.Ordinal))
        {
            var file = line["/image ".Length..].Trim();
            if (!File.Exists(file))
            {
                Terminal.Error.MarkupLineInterpolated($"[red]There is no image file {file}.[/]");
                return;
            }

            _images.Add(file);
        }
        else if (line.Length > 0)
        {
            await AskAsync(line);
        }
    }

    private async Task AskAsync(string text)
    {
        var request = template.Clone();
        request.SessionId = _session;
        request.Messages.Add(Messages.User(_images, text));
        _images.Clear();
        using var answer = _answer = new CancellationTokenSource();
        try
        {
            await ChatCommand.AskAsync(connection, request, answer.Token);
        }
        catch (Exception e) when (answer.IsCancellationRequested && e is RpcException or OperationCanceledException)
        {
            Terminal.Error.MarkupLine("[grey](stopped)[/]");
        }
        catch (RpcException e)
        {
            Terminal.Error.MarkupLineInterpolated($"[red]{e.Status.StatusCode}[/]: {e.Status.Detail}");
        }
        finally
        {
            _answer = null;
        }
    }

    private static string? Read()
    {
        if (Terminal.Error.Profile.Capabilities.Interactive)
        {
            Terminal.Error.Markup("[bold blue]>[/] ");
        }

        return Console.In.ReadLine();
    }

    private void OnInterrupt(object? sender, ConsoleCancelEventArgs e)
    {
        if (_answer is { } answer)
        {
            e.Cancel = true;
            answer.Cancel();
        }
        else
        {
            // At the prompt it ends the program, as in any shell.
            e.Cancel = false;
        }
    }

    private static string NewSession() => $"chat-{Guid.NewGuid():N}";
}
