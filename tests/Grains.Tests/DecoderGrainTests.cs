using Orleans.Runtime;
using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using static VisionCluster.Grains.Tests.Commands;

namespace VisionCluster.Grains.Tests;

public sealed class DecoderGrainTests(TestSilo silo) : IClassFixture<TestSilo>
{
    [Fact]
    public async Task Generate_Text_StreamsAcceptedTokensFinished()
    {
        var events = await silo.Session("stream").RunAsync(Say("Hello"));

        Assert.Equal(GenerationEventKind.Accepted, events[0].Kind);
        Assert.Equal(10, events.Ids().Length);
        Assert.Equal(GenerationEnd.Length, events.End());
    }

    [Fact]
    public async Task Generate_UnknownModel_IsUnavailable()
    {
        var refusal = (await silo.Session("unknown").RunAsync(Say("Hi") with { Model = "other" })).Refusal();
        Assert.Equal(RefusalReason.Unavailable, refusal.Reason);
    }

    [Fact]
    public async Task Generate_OtherRevision_IsUnavailable()
    {
        var refusal = (await silo.Session("revision").RunAsync(Say("Hi") with { Revision = "r0" })).Refusal();
        Assert.Equal(RefusalReason.Unavailable, refusal.Reason);
    }

    [Fact]
    public async Task Generate_TemplateRefuses_IsInvalidPromptAndForgotten()
    {
        var refusal = (await silo.Session("refused").RunAsync(Say("refuse"))).Refusal();
        Assert.Equal(RefusalReason.InvalidPrompt, refusal.Reason);
        Assert.Equal(GenerationEnd.Length, (await silo.Session("refused").RunAsync(Say("Hello"))).End());
    }

    [Fact]
    public async Task Generate_PromptBeyondContext_IsTooLong()
    {
        var refusal = (await silo.Session("long").RunAsync(Say(new string('a', 600)))).Refusal();
        Assert.Equal(RefusalReason.PromptTooLong, refusal.Reason);
    }

    [Fact]
    public async Task Generate_EmbeddingMissing_AsksForItAndThenAnswers()
    {
        var command = Say(ConversationPart.OfImage("k1"), ConversationPart.OfText("?"), ConversationPart.OfImage("k2"));

        var asked = Assert.Single(await silo.Session("images").RunAsync(command with { Embeddings = [Embedding("k1")] }));
        Assert.Equal(["k2"], asked.ImagesNeeded!);

        var events = await silo.Session("images").RunAsync(command with { Embeddings = [Embedding("k2")] }); // k1 was kept
        Assert.Equal(8, events[0].Accepted!.ImageTokens);
    }

    [Fact]
    public async Task Generate_ModelOfAnotherSession_Conflicts()
    {
        await silo.Session("bound").RunAsync(Say("Hello"));
        var refusal = (await silo.Session("bound").RunAsync(Say("Hello") with { Model = "other" })).Refusal();
        Assert.Equal(RefusalReason.SessionConflict, refusal.Reason);
        Assert.Contains("'fake'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_DisposedHalfway_FreesTheSlotAndForgetsTheTurn()
    {
        var expected = await silo.Session("whole").RunAsync(Say("Hello"));
        var long300 = new StopParameters { MaxTokens = 300, IgnoreEndOfSequence = true }; // more than Orleans pulls at once
        await foreach (var item in silo.Session("half").Generate(Say("Never mind") with { Stop = long300 }))
        {
            if (item.Kind == GenerationEventKind.Token)
                break;
        }

        await Eventually.TrueAsync(() => silo.Model.Decoder!.Status is { Running: 0 }, "the slot is free");
        Assert.Equal(expected.Ids(), (await silo.Session("half").RunAsync(Say("Hello"))).Ids());
    }

    [Fact]
    public async Task Generate_TokenCannotBeWritten_FailsAloneAndFreesItsSlot()
    {
        var command = Say("Hello") with { Sampling = new SamplingParameters { LogProbs = true, TopLogProbs = 2 } };
        silo.Model.TextFailure = new InvalidOperationException("No text.");
        try
        {
            var beside = silo.Session("beside").RunAsync(Say("Hello"));
            Assert.Equal(GenerationEnd.Failed, (await silo.Session("unwritten").RunAsync(command)).End());
            Assert.Equal(GenerationEnd.Length, (await beside).End());
        }
        finally
        {
            silo.Model.TextFailure = null;
        }

        await Eventually.TrueAsync(() => silo.Model.Decoder!.Status.Running == 0, "its slot is free");
        Assert.Equal(GenerationEnd.Length, (await silo.Session("unwritten").RunAsync(command)).End());
    }

    [Fact]
    public async Task Generate_AfterDeactivation_ContinuesWithTheSameResult()
    {
        foreach (var id in new[] { "stay", "leave" })
            await silo.Session(id).RunAsync(Say("Hello"));
        var expected = await silo.Session("stay").RunAsync(Say("And then?"));
        Assert.True(expected[0].Accepted!.CachedTokens > 0);

        await Eventually.TrueAsync(
            async () =>
            {
                await silo.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero); // passes over those that are busy
                return silo.Model.Decoder!.Status is { SlotsIdle: 0 };
            },
            "deactivated sessions free their KV");

        var rebuilt = await silo.Session("leave").RunAsync(Say("And then?"));
        Assert.Equal(0, rebuilt[0].Accepted!.CachedTokens);
        Assert.Equal(expected.Ids(), rebuilt.Ids());
    }

    [Fact]
    public async Task Generate_Transient_HoldsNothingAfterwards()
    {
        var idle = silo.Model.Decoder!.Status.SlotsIdle;
        var grain = silo.Grains.GetGrain<IDecoderGrain>(DecoderKey.ForRequest("t", "once"));
        var first = await grain.RunAsync(Say("Hello"));
        var again = await grain.RunAsync(Say("Hello"));

        Assert.Equal(first.Ids(), again.Ids()); // the first is forgotten
        await Eventually.TrueAsync(() => silo.Model.Decoder!.Status.SlotsIdle <= idle, "no slot is kept");
    }

    [Fact]
    public async Task Cancel_NothingRuns_IsFalse() => Assert.False(await silo.Session("quiet").Cancel("r"));
}
