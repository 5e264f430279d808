using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using VisionCluster.Cli.Client;
using VisionCluster.Cli.Hosting;
using VisionCluster.Contracts.V1;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Cli.Commands;

/// <summary><c>visioncluster models</c>: what a server serves, or what ships with this program.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var endpoint = new EndpointOptions("Without it the models that ship with this program are listed.");
        var command = new CliCommand(
            "models",
            """
            List the models that a server serves, or those that ship with this program.

            Examples:
              visioncluster models
              visioncluster models --endpoint http://127.0.0.1:5400
              visioncluster models load SmolVLM-256M-Instruct --endpoint http://127.0.0.1:5400
            """)
        {
            ModelsStatusCommand.Create(),
            ModelsLoadCommand.Create(),
            ModelsUseCommand.Create(),
            ModelsUnloadCommand.Create(),
        };
        endpoint.AddTo(command);
        command.SetAction((parsed, _) => CliRunner.RunAsync(async cancellation =>
        {
            if (endpoint.Read(parsed) is null)
            {
                ShowEmbedded();
                return 0;
            }

            await using var connection = await ClusterConnection.OpenAsync(parsed, endpoint, new HostingOptions(), cancellation);
            Show(await connection.Client.ListModelsAsync(new ListModelsRequest(), connection.Headers, cancellationToken: cancellation));
            return 0;
        }));
        return command;
    }

    private static void Show(ListModelsResponse models)
    {
        var table = NewTable("model", "family", "tasks", "context", "precision", "revision", "devices (free/slots, running, waiting)");
        foreach (var model in models.Models)
        {
            var devices = model.Devices.Select(d => $"{d.Id} ({d.KvSlotsFree}/{d.KvSlots}, {d.Running}, {d.Waiting})");
            table.AddRow(
                Markup.Escape(model.Name + (model.IsDefault ? " (default)" : "")),
                Markup.Escape(model.Family),
                Markup.Escape(string.Join(", ", model.Tasks)),
                model.ContextTokens.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(model.Precision),
                Markup.Escape(model.Revision[..Math.Min(12, model.Revision.Length)]),
                Markup.Escape(string.Join("\n", devices)));
        }

        Terminal.Output.Write(table);
    }

    private static void ShowEmbedded()
    {
        var table = NewTable("model", "family", "context", "precision", "revision", "folder");
        var compiler = new ModelCompiler(new ModelCompilerOptions());
        foreach (var folder in EmbeddedModels.Folders())
        {
            var model = compiler.Compile(folder);
            table.AddRow(
                Markup.Escape(model.Name + (model.Name == EmbeddedModels.Default ? " (default)" : "")),
                Markup.Escape(model.Manifest.Family),
                model.Manifest.Decoder?.MaxPositions.ToString(CultureInfo.InvariantCulture) ?? "",
                Markup.Escape(model.Manifest.Precision),
                Markup.Escape(model.Manifest.Revision[..12]),
                Markup.Escape(folder));
        }

        Terminal.Output.Write(table);
    }

    private static Table NewTable(params string[] columns) => new Table().Border(TableBorder.Rounded).AddColumns(columns);
}
