using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using VisionCluster.Inference.Verification;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster verify</c>: a checkpoint against golden outputs of a reference implementation.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "Checkpoint folder with golden outputs in its expected sub-folder." };
        var command = new CliCommand(
            "verify",
            """
            Compare a checkpoint with golden outputs of a reference implementation.

            The checkpoint, as this program compiles and runs it, is held to DIR/expected/cases.json and DIR/expected/CASE.safetensors:
            prompts, ids, pixels, every layer, logits and greedy tokens.
            Exit code 1 if a tensor is beyond tolerance (1e-4 absolute or relative; ids exact; pixels one grey level), or was not compared.

            Examples:
              visioncluster verify models/emoji-vlm
              visioncluster verify tests/fixtures/families/clip
            """)
        { folder };
        command.SetAction((parsed, _) => CliRunner.RunAsync(async _ =>
        {
            var directory = parsed.GetValue(folder)!;
            if (!Directory.Exists(directory))
            {
                throw new CliException($"There is no folder {directory}.");
            }

            var results = await Terminal.WithProgressAsync(
                "Verifying", progress => Task.Run(() => CheckpointVerifier.Verify(directory, new ModelCompilerOptions(), progress)));
            return Report(results);
        }));
        return command;
    }

    private static int Report(IReadOnlyList<Comparison> results)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("case", "tensor", "max abs", "max rel", "");
        table.Columns[2].RightAligned();
        table.Columns[3].RightAligned();
        foreach (var result in results)
        {
            table.AddRow(
                new Text(result.Case),
                new Text(result.Tensor),
                new Text(Number(result.MaxAbsolute)),
                new Text(Number(result.MaxRelative)),
                new Markup(result.Passed ? "[green]ok[/]" : $"[red]FAIL[/] {Markup.Escape(result.Note)}"));
        }

        Terminal.Output.Write(table);
        var failed = results.Count(result => !result.Passed);
        var cases = results.Select(result => result.Case).Distinct().Count();
        Terminal.Output.MarkupLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{results.Count} comparisons in {cases} cases: [green]{results.Count - failed} passed[/], {(failed == 0 ? "0 failed" : $"[red]{failed} failed[/]")}."));
        return failed == 0 && results.Count > 0 ? 0 : CliRunner.Failed;
    }

    private static string Number(double value) => value == 0 ? "0" : value.ToString("0.0e+0", CultureInfo.InvariantCulture);
}
