using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using VisionCluster.Cli.Client;
using VisionCluster.Cli.Hosting;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster classify</c>: labels of pictures.</summary>
internal static class ClassifyCommand
{
    public static Command Create()
    {
        var (endpoint, hosting) = (new EndpointOptions(), new HostingOptions());
        var images = new Argument<string[]>("IMAGE") { Description = "Picture files.", Arity = ArgumentArity.OneOrMore };
        var top = new Option<uint>("--top") { Description = "Labels for each picture.", DefaultValueFactory = _ => 5, HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object for each picture." };
        var command = new CliCommand(
            "classify",
            """
            Label pictures with a classifier (ViT).

            No embedded model has labels: give a checkpoint folder or a server. The first example runs on a tiny checkpoint of this
            repository whose weights are random, so that its labels mean nothing.

            Examples:
              visioncluster classify --model tests/fixtures/families/vit samples/red-apple.png samples/rocket.png
              visioncluster classify --model /models/vit-base-patch16-224 cat.jpg dog.jpg
              visioncluster classify --endpoint http://127.0.0.1:5400 --model vit-base-patch16-224 cat.jpg --top 3 --json
            """)
        { images, top, json };
        endpoint.AddTo(command);
        hosting.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            if (endpoint.Read(parsed) is null && hosting.Models(parsed).Count == 0)
            {
                throw new CliException("No embedded model has labels; give --model FOLDER with a ViT checkpoint, or --endpoint.");
            }

            var files = parsed.GetValue(images)!;
            var request = new ClassifyRequest { Model = hosting.RequestModel(parsed, endpoint), Top = parsed.GetValue(top) };
            request.Images.AddRange(files.Select(Messages.ImageFile));
            await using var connection = await ClusterConnection.OpenAsync(parsed, endpoint, hosting, cancellation);
            var response = await connection.Client.ClassifyAsync(request, connection.Headers, cancellationToken: cancellation);
            Show(files, response, parsed.GetValue(json));
            return 0;
        }));
        return command;
    }

    private static void Show(string[] files, ClassifyResponse response, bool json)
    {
        if (json)
        {
            foreach (var (file, result) in files.Zip(response.Results))
            {
                Console.Out.WriteLine(TaskJson.Of(file, result));
            }

            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("picture", "label", "probability");
        table.Columns[2].RightAligned();
        foreach (var (file, result) in files.Zip(response.Results))
        {
            for (var i = 0; i < result.Labels.Count; i++)
            {
                var label = result.Labels[i];
                table.AddRow(
                    Markup.Escape(i == 0 ? Path.GetFileName(file) : ""),
                    Markup.Escape(label.Name),
                    label.Probability.ToString("P2", CultureInfo.InvariantCulture));
            }
        }

        Terminal.Output.Write(table);
    }
}
