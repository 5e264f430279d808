using System.CommandLine;
using VisionCluster.Cli.Bench.Weights;
using VisionCluster.Cli.Commands;

namespace VisionCluster.Cli.Bench;

/// <summary><c>visioncluster bench weights</c>: checkpoints of real size with random weights.</summary>
internal static class WeightsCommand
{
    public static Command Create()
    {
        var names = string.Join(", ", CheckpointShapes.All.Select(shape => shape.Name));
        var shape = new Argument<string>("SHAPE") { Description = $"One of {names}." };
        var output = new Option<string>("--output", "-o") { Description = "Folder to write: new, or empty.", Required = true, HelpName = "DIR" };
        var seed = new Option<uint>("--seed") { Description = "Of the weights.", DefaultValueFactory = _ => 1, HelpName = "N" };
        var command = new CliCommand(
            "weights",
            """
            Write a checkpoint of a real model's sizes with random weights.

            How fast a model runs needs no training.

            Examples:
              visioncluster bench weights vit-b16-224 --output /tmp/vit
            """)
        { shape, output, seed };
        command.SetAction((parsed, _) => CliRunner.RunAsync(async _ =>
        {
            var (name, folder) = (parsed.GetValue(shape)!, parsed.GetValue(output)!);
            var wanted = CheckpointShapes.All.FirstOrDefault(candidate => candidate.Name == name)
                ?? throw new CliException($"There is no shape {name}; there are {names}.");
            await Task.Run(() => RandomCheckpoint.Write(wanted, folder, parsed.GetValue(seed)));
            Console.Out.WriteLine(folder);
            return 0;
        }));
        return command;
    }
}
