using System.Buffers.Binary;
using Grpc.Core;
using VisionCluster.Contracts.V1;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

/// <summary>Requests that must be refused: the status, and a piece of the message that says what to change.</summary>
internal sealed record BadInput(string Name, GenerateRequest Request, StatusCode Status, string Says)
{
    private const StatusCode Invalid = StatusCode.InvalidArgument;
    private static readonly string UnknownKey = new('0', 64);

    public static IReadOnlyList<BadInput> All { get; } =
    [
        new("no messages", new GenerateRequest(), Invalid, "messages is empty"),
        new("no parts", new GenerateRequest { Messages = { User() } }, Invalid, "messages[0].parts is empty"),
        new("empty part", Ask(new Part()), Invalid, "messages[0].parts[0] is empty"),
        new("empty text", Ask(""), Invalid, "messages[0].parts[0].text is empty"),
        new("no role", Ask("a").With(r => r.Messages[0].Role = Message.Types.Role.Unspecified), Invalid, "messages[0].role"),
        new("unknown role", Ask("a").With(r => r.Messages[0].Role = (Message.Types.Role)9), Invalid, "messages[0].role"),
        new("answer last", Ask("a").With(r => r.Messages[0].Role = Message.Types.Role.Assistant), Invalid, "last message"),
        new("too many messages", Ask("a").With(r => r.Messages.AddRange(Enumerable.Repeat(User(Text("a")), 256))), Invalid, "256"),
        new("too many parts", Ask([.. Enumerable.Repeat(Text("a"), 257)]), Invalid, "messages[0].parts"),
        new("too much text", Ask(new string('a', 400_001)), Invalid, "400000 characters"),
        new("too many images", Ask([.. Enumerable.Repeat(PictureKey(UnknownKey), 33)]), Invalid, "32 images"),
        new("template refuses", Ask("refuse"), Invalid, "template refuses"),
        new("prompt too long", Ask(new string('a', 600)), Invalid, "512"),
        new("unknown model", Ask("a").With(r => r.Model = "gpt"), StatusCode.NotFound, "this server has: fake"),

        new("no image source", Ask(new Part { Image = new Image() }), Invalid, "messages[0].parts[0].image has no source"),
        new("empty image", Ask(Picture([])), Invalid, "image.data is empty"),
        new("not an image", Ask(Picture("Hello, I am a text file."u8.ToArray())), Invalid, "messages[0].parts[0].image"),
        new("truncated image", Ask(Picture(Picture()[..600])), Invalid, "messages[0].parts[0].image"),
        new("second image bad", Ask(Picture(Picture()), Picture([1, 2, 3])), Invalid, "messages[0].parts[1].image"),
        new("huge header", Ask(Picture(PngHeader(30_000, 30_000))), Invalid, "30"),
        new("malformed key", Ask(PictureKey("abc")), Invalid, "64 lower-case hex digits"),
        new("unknown key", Ask(PictureKey(UnknownKey)), StatusCode.NotFound, UnknownKey),
        new("url off", AskUrl("https://example.com/a.png"), Invalid, "does not fetch"),
        new("file url", AskUrl("file:///etc/passwd"), Invalid, "image.url"),
        new("empty url", AskUrl(""), Invalid, "image.url is empty"),
        new("data uri not base64", AskUrl("data:image/png,abc"), Invalid, "base64"),
        new("data uri garbage", AskUrl("data:image/png;base64,%%%%"), Invalid, "not valid base64"),

        new("session alphabet", Ask("a").With(r => r.SessionId = "a/b"), Invalid, "session_id must be"),
        new("request alphabet", Ask("a").With(r => r.RequestId = "ä"), Invalid, "request_id must be"),
        new("long session", Ask("a").With(r => r.SessionId = new string('a', 129)), Invalid, "128 characters"),
        new("priority", Ask("a").With(r => r.Priority = 101), Invalid, "priority must be"),

        Sampled("temperature NaN", s => s.Temperature = float.NaN, "sampling.temperature"),
        Sampled("temperature below 0", s => s.Temperature = -1, "sampling.temperature"),
        Sampled("temperature infinite", s => s.Temperature = float.PositiveInfinity, "sampling.temperature"),
        Sampled("top_p NaN", s => s.TopP = float.NaN, "sampling.top_p"),
        Sampled("top_p 0", s => s.TopP = 0, "sampling.top_p"),
        Sampled("top_p above 1", s => s.TopP = 1.5f, "sampling.top_p"),
        Sampled("min_p NaN", s => s.MinP = float.NaN, "sampling.min_p"),
        Sampled("min_p 1", s => s.MinP = 1, "sampling.min_p"),
        Sampled("repetition_penalty 0", s => s.RepetitionPenalty = 0, "sampling.repetition_penalty"),
        Sampled("repetition_penalty NaN", s => s.RepetitionPenalty = float.NaN, "sampling.repetition_penalty"),
        Sampled("frequency_penalty", s => s.FrequencyPenalty = 3, "sampling.frequency_penalty"),
        Sampled("presence_penalty NaN", s => s.PresencePenalty = float.NaN, "sampling.presence_penalty"),
        Sampled("logit_bias NaN", s => s.LogitBias[1] = float.NaN, "sampling.logit_bias[1]"),
        Sampled("logit_bias range", s => s.LogitBias[1] = 101, "sampling.logit_bias[1]"),
        Sampled("logit_bias id", s => s.LogitBias[uint.MaxValue] = 1, "sampling.logit_bias"),
        Sampled("logit_bias beyond the vocabulary", s => s.LogitBias[9_999] = 1, "9999"),
        Sampled(
            "logit_bias count",
            s => s.LogitBias.Add(Enumerable.Range(0, 1_025).ToDictionary(i => (uint)i, _ => 1f)),
            "at most 1024"),

        Stopped("min above max", s => (s.MinTokens, s.MaxTokens) = (9, 8), "stopping.min_tokens"),
        Stopped("stop count", s => s.Stop.AddRange(Enumerable.Repeat("x", 17)), "at most 16"),
        Stopped("stop empty", s => s.Stop.Add(""), "stopping.stop[0]"),
        Stopped("stop long", s => s.Stop.Add(new string('x', 257)), "stopping.stop[0]"),
        Stopped("stop ids", s => s.StopTokenIds.AddRange(Enumerable.Range(0, 65).Select(i => (uint)i)), "at most 64"),
        Stopped("stop id", s => s.StopTokenIds.Add(uint.MaxValue), "stopping.stop_token_ids"),
        new("top log probs", Ask("a").With(r => r.LogProbs = new LogProbs { Enabled = true, Top = 21 }), Invalid, "log_probs.top"),
        new("log probs off", Ask("a").With(r => r.LogProbs = new LogProbs { Top = 2 }), Invalid, "log_probs.enabled"),
    ];

    public override string ToString() => Name;

    private static BadInput Sampled(string name, Action<Sampling> change, string says)
    {
        var sampling = new Sampling();
        change(sampling);
        return new BadInput(name, Ask("a").With(r => r.Sampling = sampling), Invalid, says);
    }

    private static BadInput Stopped(string name, Action<Stopping> change, string says) =>
        new(name, Ask("a").With(r => change(r.Stopping)), Invalid, says);

    private static GenerateRequest AskUrl(string url) => Ask(new Part { Image = new Image { Url = url } });

    private static byte[] PngHeader(uint width, uint height)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(header, width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", header), .. Chunk("IDAT", new byte[32]), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(type), .. data];
        var chunk = new byte[body.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        body.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(body.Length + 4), Crc(body));
        return chunk;
    }

    // The PNG specification's annex D, bit by bit.
    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? 0xedb88320 ^ (crc >> 1) : crc >> 1;
        }

        return ~crc;
    }
}
