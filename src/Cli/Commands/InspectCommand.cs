using System.CommandLine;
using VisionCluster.Cli.Client;
using VisionCluster.Cli.Hosting;
using VisionCluster.Cli.Inspection;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster inspect</c>: pictures and tables of what a model sees.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var (endpoint, hosting, options) = (new EndpointOptions(), new HostingOptions(), new InspectOptions());
        var folder = new Option<string>("--out", "-o")
        {
            Description = "Folder for pictures (PNG) and tensors (NumPy).",
            DefaultValueFactory = _ => "inspection",
            HelpName = "FOLDER",
        };
        var command = new Command(
            "inspect",
            """
            Look inside a model: how a picture is cut into patches, what each layer makes of them, what a prompt's tokens are, what could
            follow each of them, and where an answer looks. Prints tables; writes pictures and tensors into a folder.

            Examples:
              visioncluster inspect --image samples/red-apple.png --view grid pca --layers all
              visioncluster inspect --image samples/red-apple.png --view hidden --patch 27 --layers 0,3
              visioncluster inspect --text "Red apple. A fruit that is" --plain --view next-tokens
              visioncluster inspect --image samples/red-apple.png --text "What is this?" --view answer-attention --layers all
              visioncluster inspect --image samples/red-apple.png --text "What is this?" --view grid answer --shuffle-patches 7
              visioncluster inspect --model emoji-siglip --text "red apple" --tower text --view tokens attention
            """)
        { folder };
        endpoint.AddTo(command);
        options.AddTo(command);
        hosting.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            var request = options.Read(parsed);
            request.Model = hosting.RequestModel(parsed, endpoint);
            await using var connection = await ClusterConnection.OpenAsync(parsed, endpoint, hosting, cancellation);
            var result = await InspectionResult.ReadAsync(connection, request, cancellation);
            var (views, target) = (options.ViewNames(parsed), new ReportFolder(parsed.GetValue(folder)!, parsed.GetValue(options.Image) ?? []));
            new PictureReport(result, target, parsed.GetValue(options.Patch)).Write();
            PromptReport.Write(result, views.Contains("tokens"));
            new AnswerReport(result, target).Write();
            return 0;
        }));
        return command;
    }
}
