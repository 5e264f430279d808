using System.CommandLine;
using System.Globalization;
using System.Numerics.Tensors;
using Spectre.Console;
using VisionCluster.Cli.Client;
using VisionCluster.Cli.Hosting;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster embed</c>: vectors of texts and pictures.</summary>
internal static class EmbedCommand
{
    private const int ShownValues = 4;

    public static Command Create()
    {
        var (endpoint, hosting) = (new EndpointOptions(), new HostingOptions(EmbeddedModels.Matcher));
        var image = new Option<string[]>("--image", "-i") { Description = "Picture file. Repeatable.", HelpName = "FILE" };
        var text = new Option<string[]>("--text", "-t") { Description = "A text. Repeatable.", HelpName = "TEXT" };
        var pooling = new Option<PoolingName>("--pooling") { Description = "How states become one vector: cls, mean, pooled or projection. Default: the family's own.", HelpName = "POOLING" };
        var normalize = new Option<bool>("--normalize") { Description = "Divide by the length.", DefaultValueFactory = _ => true, HelpName = "BOOL" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object for each input, with its vector." };
        var command = new CliCommand(
            "embed",
            """
            Turn texts and pictures into vectors, and show how near they are to each other.

            Families: ViT (pictures; cls, mean, and pooled where it has a pooler), BERT and DistilBERT (texts; cls, mean, and pooled where
            it has a pooler), CLIP (both; cls for pictures, mean, pooled, projection), SigLIP (both; mean, pooled, projection).

            Examples:
              visioncluster embed --image samples/red-apple.png --image samples/watermelon.png --text "red apple" --text "rocket"
              visioncluster embed --image samples/red-apple.png --pooling mean --json > vectors.jsonl
              visioncluster embed --model /models/bert-base-uncased --text "A sentence." --pooling cls
            """)
        { text, image, pooling, normalize, json };
        endpoint.AddTo(command);
        hosting.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var (texts, files) = (parsed.GetValue(text) ?? [], parsed.GetValue(image) ?? []);
            if (texts.Length + files.Length == 0)
            {
                throw new CliException("There is nothing to embed; give --text or --image.");
            }

            var request = new EmbedRequest
            {
                Model = hosting.RequestModel(parsed, endpoint),
                Pooling = (Pooling)parsed.GetValue(pooling),
                Normalize = parsed.GetValue(normalize),
            };
            request.Inputs.AddRange(files.Select(file => new EmbedInput { Image = Messages.ImageFile(file) }));
            request.Inputs.AddRange(texts.Select(value => new EmbedInput { Text = value }));
            await using var connection = await ClusterConnection.OpenAsync(parsed, endpoint, hosting, cancellation);
            var response = await connection.Client.EmbedAsync(request, connection.Headers, cancellationToken: cancellation);
            string[] names = [.. files.Select(file => Path.GetFileName(file)), .. texts.Select(value => $"“{value}”")];
            Show(names, [.. response.Vectors.Select(vector => vector.Values.ToArray())], parsed.GetValue(json));
            return 0;
        }));
        return command;
    }

    private static void Show(string[] names, float[][] vectors, bool json)
    {
        if (json)
        {
            foreach (var (name, vector) in names.Zip(vectors))
            {
                Console.Out.WriteLine(TaskJson.Of(name, vector));
            }

            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("", "input", "size", "first values");
        table.AddColumns([.. names.Select((_, i) => $"cos {i + 1}")]);
        for (var i = 0; i < names.Length; i++)
        {
            table.AddRow([
                Text(i + 1),
                Markup.Escape(names[i]),
                Text(vectors[i].Length),
                string.Join(' ', vectors[i].Take(ShownValues).Select(Number)) + " …",
                .. vectors.Select(other => Number(TensorPrimitives.CosineSimilarity<float>(vectors[i], other)))]);
        }

        Terminal.Output.Write(table);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(float value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
