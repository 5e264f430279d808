using Grpc.Core;
using Microsoft.Extensions.Options;
using Spectre.Console;
using VisionCluster.Models;

namespace VisionCluster.Cli.Commands;

/// <summary>What every command does with failures: one sentence on standard error, and an exit code.</summary>
internal static class CliRunner
{
    public const int Failed = 1;
    public const int Misused = 2;
    public const int Interrupted = 130;

    private const string InterruptedText = "Interrupted.";

    public static async Task<int> RunAsync(Func<CancellationToken, Task<int>> action)
    {
        using var interrupt = new CancellationTokenSource();
        void OnInterrupt(object? sender, ConsoleCancelEventArgs e)
        {
            // The first Ctrl-C ends the work in order, a second one the process.
            e.Cancel = !interrupt.IsCancellationRequested;
            interrupt.Cancel();
        }

        Console.CancelKeyPress += OnInterrupt;
        try
        {
            return await action(interrupt.Token);
        }
        catch (Exception e) when (interrupt.IsCancellationRequested && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            Terminal.Error.MarkupLine($"[grey]{InterruptedText}[/]");
            return Interrupted;
        }
        catch (RpcException e)
        {
            Terminal.Error.MarkupLineInterpolated($"[red]{e.Status.StatusCode}[/]: {e.Status.Detail}");
            return Failed;
        }
        catch (OptionsValidationException e)
        {
            foreach (var failure in e.Failures)
            {
                Terminal.Error.MarkupLineInterpolated($"[red]Error[/]: {failure}");
            }

            return Misused;
        }
        catch (Exception e) when (e is ModelException or CliException or IOException or UnauthorizedAccessException)
        {
            Terminal.Error.MarkupLineInterpolated($"[red]Error[/]: {e.Message}");
            return e is CliException ? Misused : Failed;
        }
        finally
        {
            Console.CancelKeyPress -= OnInterrupt;
        }
    }
}
