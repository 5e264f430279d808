using Google.Protobuf;
using VisionCluster.Contracts.V1;
using VisionCluster.TestKit;

namespace VisionCluster.Gateway.Tests;

/// <summary>Short ways to write requests.</summary>
internal static class Requests
{
    private static readonly string Samples = Path.Combine(Fixtures.EmojiVlm, "samples");

    public static byte[] Picture(string name = "red-apple") => File.ReadAllBytes(Path.Combine(Samples, name + ".png"));

    public static Part Text(string text) => new() { Text = text };

    public static Part Picture(byte[] file) => new() { Image = new Image { Data = ByteString.CopyFrom(file) } };

    public static Part PictureKey(string key) => new() { Image = new Image { Key = key } };

    /// <summary>One user message; a dozen tokens at most, and no end of sequence, so that lengths are known.</summary>
    public static GenerateRequest Ask(params Part[] parts) => new()
    {
        Messages = { User(parts) },
        Stopping = new Stopping { MaxTokens = 12, IgnoreEos = true },
    };

    public static GenerateRequest Ask(string text) => Ask(Text(text));

    public static Message User(params Part[] parts)
    {
        var message = new Message { Role = Message.Types.Role.User };
        message.Parts.AddRange(parts);
        return message;
    }

    public static GenerateRequest With(this GenerateRequest request, Action<GenerateRequest> change)
    {
        var copy = request.Clone();
        change(copy);
        return copy;
    }
}
