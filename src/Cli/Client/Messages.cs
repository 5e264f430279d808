using Google.Protobuf;
using VisionCluster.Cli.Commands;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Client;

/// <summary>Builds messages of a request.</summary>
internal static class Messages
{
    public static Message User(IEnumerable<string> imageFiles, string text)
    {
        var message = new Message { Role = Message.Types.Role.User };
        message.Parts.AddRange(imageFiles.Select(file => new Part { Image = new Image { Data = ReadImage(file) } }));
        if (text.Length > 0)
        {
            message.Parts.Add(new Part { Text = text });
        }

        return message;
    }

    public static Image ImageFile(string file) => new() { Data = ReadImage(file) };

    public static ByteString ReadImage(string file) => File.Exists(file) ? ByteString.CopyFrom(File.ReadAllBytes(file))
        : throw new CliException($"There is no image file {file}.");
}
