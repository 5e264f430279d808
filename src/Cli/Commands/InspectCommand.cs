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
        var (endpoint, hosting, options) = (new EndpointOptions(), new HostingOptions(EmbeddedModels.Default), new InspectOptions());
        var folder = new Option<string>("--out", "-o")
        {
            Description = "Folder for pictures (PNG) and tensors (NumPy).",
            DefaultValueFactory = _ => "inspection",
            HelpName = "FOLDER",
        };
        var command = new CliCommand(
            "inspect",
            """
            Look inside a model: patches, layers, attention, next tokens.

            Prints tables; writes pictures (PNG) and tensors (NumPy) into a folder. docs/how-it-sees.md walks through all of it.

            Views of pictures:
              grid               how a picture is cut into tiles and patches, and its pixels as the model gets them
              projection         the linear projection of each patch, without bias and position
              positions          what is added to it, bias and position; and how alike the positions are
              embeddings         the sum of the two: the input of layer 0
              hidden             the output of layers
              attention          which patches are attended to: by the class token, or on average
              pca                the patches of layers, three principal components as red, green and blue
            Views of a text, or of a question about pictures:
              tokens             the prompt's tokens, and which patches an image token stands for
              next-tokens        what could follow at every position
              answer             the model's answer, greedily
              answer-attention   which image tokens each token of the answer attends to
            With --tower text, embeddings, hidden and attention are the text side's.

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
            var (views, files) = (options.ViewNames(parsed), parsed.GetValue(options.Image) ?? []);
            var target = new ReportFolder(parsed.GetValue(folder)!, files);
            new PictureReport(result, target, files).Write();
            new TensorReport(result, target, parsed.GetValue(options.Patch)).Write();
            PromptReport.Write(result, views.Contains("tokens"));
            new AnswerReport(result, target).Write();
            return 0;
        }));
        return command;
    }
}
