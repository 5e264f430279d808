using System.CommandLine;
using VisionCluster.Cli.Bench;

namespace VisionCluster.Cli.Commands;

/// <summary>The <c>visioncluster</c> command line.</summary>
internal static class RootCommands
{
    public static RootCommand Create()
    {
        var root = Commands();
        HelpWithDetails.Use(root);
        return root;
    }

    private static RootCommand Commands() => new(
        """
        VisionCluster serves vision-language models: pictures and questions in, token streams out.

        Two small models ship with it (emoji-vlm answers, emoji-siglip matches), so nothing has to be downloaded:
          visioncluster chat --image samples/red-apple.png "What is this?"
          visioncluster similarity --image samples/red-apple.png --text "red apple" --text "rocket"
          visioncluster inspect --image samples/red-apple.png --view grid pca --layers all
          visioncluster run                                  serve it over gRPC
          visioncluster chat --endpoint http://127.0.0.1:5400 --image cat.jpg "Describe this image."
          visioncluster verify models/emoji-vlm              compare a checkpoint with golden outputs

        "visioncluster COMMAND --help" has the details and examples of each.
        """)
    {
        RunCommand.Create(),
        SiloCommand.Create(),
        GatewayCommand.Create(),
        ChatCommand.Create(),
        GenerateCommand.Create(),
        ClassifyCommand.Create(),
        EmbedCommand.Create(),
        SimilarityCommand.Create(),
        InspectCommand.Create(),
        BatchCommand.Create(),
        ImportCommand.Create(),
        ModelsCommand.Create(),
        VerifyCommand.Create(),
        QualityCommand.Create(),
        ExportCommand.Create(),
        BenchCommand.Create(),
    };
}
