using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using VisionCluster.Cli.Client;
using VisionCluster.Cli.Hosting;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster chat</c>: one question, or a conversation.</summary>
internal static class ChatCommand
{
    public static Command Create()
    {
        var (endpoint, hosting, sampling) = (new EndpointOptions(), new HostingOptions(EmbeddedModels.Default), new Client.SamplingOptions());
        var image = new Option<string[]>("--image", "-i") { Description = "Picture to send with the first message. Repeatable.", HelpName = "FILE" };
        var prompt = new Argument<string?>("prompt") { Description = "The question. Without one a conversation starts.", Arity = ArgumentArity.ZeroOrOne };
        var command = new CliCommand(
            "chat",
            """
            Ask a model about pictures; the answer streams.

            Without --endpoint the model runs in this process, behind the same gateway and grains as in a cluster. In a conversation
            /image FILE adds a picture to the next message, /new forgets, /quit ends; Ctrl-C stops an answer.

            Examples:
              visioncluster chat --image samples/red-apple.png "What is this?"
              visioncluster chat --image samples/rocket.png
              visioncluster chat --endpoint http://127.0.0.1:5400 -i samples/rocket.png -i samples/guitar.png "What is in each image?"
            """)
        { prompt, image };
        endpoint.AddTo(command);
        sampling.AddTo(command);
        hosting.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            string[] images = parsed.GetValue(image) ?? [];
            Array.ForEach(images, file => Messages.ReadImage(file));
            await using var connection = await ClusterConnection.OpenAsync(parsed, endpoint, hosting, cancellation);
            var request = new GenerateRequest { Model = hosting.RequestModel(parsed, endpoint) };
            sampling.Apply(parsed, request);
            if (parsed.GetValue(prompt) is not { } text)
            {
                return await new Conversation(connection, request).RunAsync(images);
            }

            request.Messages.Add(Messages.User(images, text));
            await AskAsync(connection, request, cancellation);
            return 0;
        }));
        return command;
    }

    /// <summary>Streams an answer to standard output, and on a terminal says below it what it cost.</summary>
    public static async Task AskAsync(ClusterConnection connection, GenerateRequest request, CancellationToken cancellation)
    {
        var answer = await AnswerStream.ReadAsync(connection, request, Terminal.Answer(), cancellation);
        Console.Out.WriteLine();
        var (usage, timings) = (answer.Finished.Usage, answer.Finished.Timings);
        if (usage is not null && timings is not null && Terminal.Error.Profile.Capabilities.Interactive)
        {
            Terminal.Error.MarkupLine(string.Create(
                CultureInfo.InvariantCulture,
                $"[grey]{usage.PromptTokens.Text} text + {usage.PromptTokens.Image} image tokens in ({usage.PromptTokens.Cached} cached), {usage.GeneratedTokens} out; first after {timings.FirstTokenMs:F0} ms, all in {timings.TotalMs:F0} ms[/]"));
        }
    }
}
