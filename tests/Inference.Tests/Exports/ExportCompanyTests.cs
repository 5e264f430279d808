using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Onnx;
using VisionCluster.Inference.Tests.Decoding;
using VisionCluster.Models.Compilation;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Exports;

/// <summary>The engine on an export: sessions alone, in company, and on the compiled graphs say the same.</summary>
public sealed class ExportCompanyTests : IDisposable
{
    private const int Sessions = 16;
    private const int Capacity = 160;
    private const int Chunk = 24;

    private readonly ExportedCheckpoint _export = new(Fixtures.EmojiVlm);

    [Fact]
    public async Task SixteenSessions_InTurnsOverFewSlots_SayTheSameAsAlone()
    {
        var alone = await Answers(_export.Open(), slots: 1, together: false);
        var native = await Answers(_export.Native(), slots: 1, together: false);
        var together = await Answers(_export.Open(), slots: 5, together: true);
        var roomy = await Answers(_export.Open(), slots: Sessions, together: true);

        Assert.Equal(alone, together);
        Assert.Equal(alone, roomy);
        Assert.Equal(native, alone);
    }

    public void Dispose() => _export.Dispose();

    /// <summary>Two messages in every session, of different lengths, so that slots are shared, moved, dropped and filled again.</summary>
    private static async Task<string[]> Answers(CompiledModel model, int slots, bool together)
    {
        var runner = ModelRunners.OpenDecoder(model, DeviceOptions.Cpu, slots, Capacity, Chunk);
        await using var engine = new DecodeEngine(runner, new DecodeEngineOptions { PrefillChunkTokens = Chunk, MinSharedTokens = 4 });
        var answers = new string[Sessions];
        var running = new List<Task>();
        for (var session = 0; session < Sessions; session++)
        {
            var task = Converse(engine, session, answers);
            running.Add(task);
            if (!together)
            {
                await task;
            }
        }

        await Task.WhenAll(running);
        return answers;
    }

    private static async Task Converse(DecodeEngine engine, int session, string[] answers)
    {
        using var conversation = engine.OpenSession();
        var prompt = Prompt(session, 6 + (session * 5 % 53));
        var first = await engine.Run(Request(prompt, 9 + (session % 7), conversation));
        var second = await engine.Run(Request([.. prompt, .. first.Tokens, .. Prompt(session + 100, 3)], 8, conversation));
        answers[session] = string.Join(' ', first.Tokens.Concat(second.Tokens));
    }

    /// <summary>Prompts begin alike, so that one's keys and values are copied for another.</summary>
    private static int[] Prompt(int seed, int tokens) =>
        [.. Enumerable.Range(0, tokens).Select(i => 300 + ((i < 8 ? i * 7 : (seed * 131) + (i * 37)) % 1_900))];

    private static GenerationRequest Request(int[] prompt, int tokens, DecodeSession session) =>
        Engines.Request(prompt, tokens, session) with { CacheScope = "tests", Text = new SilentStream() };
}
