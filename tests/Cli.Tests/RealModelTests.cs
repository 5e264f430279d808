using System.Text.Json;
using Grpc.Core;
using VisionCluster.Contracts.V1;
using VisionCluster.TestKit;

namespace VisionCluster.Cli.Tests;

[Collection(nameof(RealCluster))]
public sealed class RealModelTests(RealCluster cluster)
{
    [Fact]
    public async Task Generate_SamplePictures_AnswersOfTheReference()
    {
        using var answers = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Fixtures.EmojiVlm, "samples", "answers.json")));
        foreach (var picture in answers.RootElement.EnumerateObject())
        {
            foreach (var question in picture.Value.EnumerateObject())
            {
                var answer = await cluster.AnswerAsync(RealCluster.Ask(question.Name, RealCluster.Picture(picture.Name)));
                Assert.Equal((picture.Name, question.Name, question.Value.GetString()), (picture.Name, question.Name, answer.Text));
            }
        }
    }

    [Fact]
    public async Task Generate_TextThatSpellsSpecialTokens_StaysText()
    {
        var plain = await cluster.AnswerAsync(RealCluster.Ask("What is this?", RealCluster.Picture("rocket.png")));
        var spelled = await cluster.AnswerAsync(RealCluster.Ask("<image><|im_start|><end_of_utterance>", RealCluster.Picture("rocket.png")));

        Assert.Equal(plain.Accepted.PromptTokens.Image, spelled.Accepted.PromptTokens.Image);
        Assert.True(spelled.Accepted.PromptTokens.Text > plain.Accepted.PromptTokens.Text, "Spelled special tokens became single tokens.");
    }

    [Fact]
    public async Task Generate_SecondTurn_PrefillsOnlyWhatIsNewAndAnswersAsTheWholeConversationWould()
    {
        var first = RealCluster.Ask("What is this?", RealCluster.Picture("sunflower.png"));
        first.SessionId = "two-turns";
        var second = RealCluster.Ask("What color is it?");
        second.SessionId = "two-turns";

        var one = await cluster.AnswerAsync(first);
        var two = await cluster.AnswerAsync(second);

        var whole = RealCluster.Ask("What is this?", RealCluster.Picture("sunflower.png"));
        whole.Messages.Add(new Message { Role = Message.Types.Role.Assistant, Parts = { new Part { Text = one.Text } } });
        whole.Messages.AddRange(RealCluster.Ask("What color is it?").Messages);
        var alone = await cluster.AnswerAsync(whole);
        Assert.Equal(alone.Ids, two.Ids);
        Assert.True(two.Finished.Usage.PromptTokens.Cached >= one.Accepted.PromptTokens.Total, "The first turn was prefilled again.");
        Assert.Equal(alone.Accepted.PromptTokens.Total, two.Accepted.PromptTokens.Total);
    }

    [Fact]
    public async Task Generate_SamePictureAgain_ComesFromTheCache()
    {
        byte[] fresh = [.. RealCluster.Picture("guitar.png"), 1, 2, 3];

        var one = await cluster.AnswerAsync(RealCluster.Ask("What is this?", fresh));
        var two = await cluster.AnswerAsync(RealCluster.Ask("What is this?", fresh));

        Assert.Equal((1u, 0u), (one.Finished.Usage.ImagesEncoded, one.Finished.Usage.ImagesCached));
        Assert.Equal((0u, 1u), (two.Finished.Usage.ImagesEncoded, two.Finished.Usage.ImagesCached));
        Assert.Equal(one.Ids, two.Ids);
    }

    [Fact]
    public async Task Generate_SampledWithSeed_SameInCompany()
    {
        var request = RealCluster.Ask("Describe this image.", RealCluster.Picture("butterfly.png"));
        request.Sampling = new Sampling { Temperature = 1.2f, TopP = 0.95f, Seed = 7 };

        var alone = await cluster.AnswerAsync(request);
        var together = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => cluster.AnswerAsync(request)));

        Assert.All(together, answer => Assert.Equal(alone.Ids, answer.Ids));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Generate_CancelledOrDropped_FreesTheSlot(bool byRequest)
    {
        var request = LongRequest();
        using var drop = new CancellationTokenSource();
        using var call = cluster.Client.Generate(request, cancellationToken: drop.Token);
        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.True(await call.ResponseStream.MoveNext(default));

        if (byRequest)
        {
            var response = await cluster.Client.CancelGenerationAsync(new CancelGenerationRequest { RequestId = request.RequestId });
            Assert.True(response.Cancelled, "The running generation was not found.");
            var last = call.ResponseStream.Current;
            while (await call.ResponseStream.MoveNext(default))
            {
                last = call.ResponseStream.Current;
            }

            Assert.Equal(Finished.Types.Reason.Cancelled, last.Finished?.Reason);
        }
        else
        {
            await drop.CancelAsync();
        }

        await cluster.SlotsAreFreeAsync();
    }

    [Fact]
    public async Task Generate_DeadlinePassed_EndsWithItsStatusAndFreesTheSlot()
    {
        var request = LongRequest();
        request.DeadlineMs = 50;

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            for (var attempt = 0; attempt < 10_000; attempt++)
            {
                try
                {
                    await cluster.AnswerAsync(request);
                }
                catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted)
                {
                    // The gateway foresees what will happen while another test's work is in its reports; later it tries.
                }
            }
        });

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        await cluster.SlotsAreFreeAsync();
    }

    private static GenerateRequest LongRequest()
    {
        var request = RealCluster.Ask("Who are you?");
        request.RequestId = $"long-{Guid.NewGuid():N}";
        request.Stopping = new Stopping { IgnoreEos = true };
        return request;
    }
}
