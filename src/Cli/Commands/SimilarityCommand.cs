using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using VisionCluster.Cli.Client;
using VisionCluster.Cli.Hosting;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster similarity</c>: pictures against texts, zero-shot.</summary>
internal static class SimilarityCommand
{
    public static Command Create()
    {
        var (endpoint, hosting) = (new EndpointOptions(), new HostingOptions(EmbeddedModels.Matcher));
        var image = new Option<string[]>("--image", "-i") { Description = "Picture file. Repeatable.", Required = true, HelpName = "FILE" };
        var text = new Option<string[]>("--text", "-t") { Description = "A text to match. Repeatable.", Required = true, HelpName = "TEXT" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object: logits and probabilities, pictures × texts." };
        var command = new CliCommand(
            "similarity",
            """
            Match pictures with texts (zero-shot).

            The texts are labels that the model was never trained to tell apart. Judged by a softmax over the texts (CLIP) or a sigmoid
            for each pair (SigLIP, such as the embedded emoji-siglip).

            Examples:
              visioncluster similarity --image samples/red-apple.png --text "red apple" --text "rocket" --text "a fruit"
              visioncluster similarity --model /models/clip-vit-base-patch32 -i cat.jpg -t "a photo of a cat" -t "a photo of a dog"
            """)
        { image, text, json };
        endpoint.AddTo(command);
        hosting.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var (files, texts) = (parsed.GetValue(image)!, parsed.GetValue(text)!);
            var request = new SimilarityRequest { Model = hosting.RequestModel(parsed, endpoint) };
            request.Images.AddRange(files.Select(Messages.ImageFile));
            request.Texts.AddRange(texts);
            await using var connection = await ClusterConnection.OpenAsync(parsed, endpoint, hosting, cancellation);
            var response = await connection.Client.SimilarityAsync(request, connection.Headers, cancellationToken: cancellation);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(TaskJson.Of(files, texts, response));
            }
            else
            {
                Show(files, texts, response);
            }

            return 0;
        }));
        return command;
    }

    private static void Show(string[] files, string[] texts, SimilarityResponse response)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("picture").AddColumns([.. texts.Select(Markup.Escape)]);
        for (var i = 0; i < files.Length; i++)
        {
            var row = response.Probabilities.Skip(i * texts.Length).Take(texts.Length).ToList();
            var best = row.Max();
            table.AddRow([Markup.Escape(Path.GetFileName(files[i])), .. row.Select(value => Cell(value, value == best))]);
        }

        Terminal.Output.Write(table);
        Terminal.Output.MarkupLine(response.Judgement == SimilarityResponse.Types.Judgement.Sigmoid
            ? "[grey]A sigmoid for each pair: a row need not sum to 1.[/]" : "[grey]A softmax over the texts: every row sums to 1.[/]");
    }

    private static string Cell(float value, bool best)
    {
        var text = value.ToString("0.0000", CultureInfo.InvariantCulture);
        return best ? $"[bold]{text}[/]" : text;
    }
}
