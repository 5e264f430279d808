using VisionCluster.Gateway.Routing;
using static VisionCluster.Gateway.Tests.Placement.Prompts;

namespace VisionCluster.Gateway.Tests.Placement;

public sealed class PromptPrefixTests
{
    [Fact]
    public void Of_SameSystemPrompt_HasItsBlocksInCommonAndNoMore()
    {
        var (first, second) = (Ask("What is this?"), Ask("And that?"));

        var common = first.Blocks.Zip(second.Blocks).TakeWhile(pair => pair.First == pair.Second).Count();

        Assert.Equal((LongText.Length + PromptPrefix.BlockChars - 1) / PromptPrefix.BlockChars, common);
        Assert.Equal(common + 1, first.Blocks.Count);
        Assert.InRange(first.Blocks[common - 1].Tokens, 2_000, 2_010);
    }

    [Fact]
    public void Of_EarlierTurn_IsABeginning()
    {
        var earlier = Of("t", SystemSays("Be brief."), User("Hi"));

        var later = Of("t", SystemSays("Be brief."), User("Hi"), Assistant("Hello."), User("Bye"));

        Assert.Equal(earlier.Blocks, later.Blocks.Take(earlier.Blocks.Count));
    }

    [Fact]
    public void Of_OtherTenantRevisionRoleOrPicture_HasNothingInCommon()
    {
        var prompt = Of("t", Picture("a", "What?"));

        Assert.DoesNotContain(prompt.Blocks[0], Of("u", Picture("a", "What?")).Blocks);
        Assert.DoesNotContain(prompt.Blocks[0], Of("t", Picture("b", "What?")).Blocks);
        Assert.DoesNotContain(prompt.Blocks[0], PromptPrefix.Of("t", "", ("m", "other"), [Picture("a", "What?")], 100).Blocks);
        Assert.NotEqual(Of("t", SystemSays("Hi")).Blocks, Of("t", User("Hi")).Blocks);
        Assert.NotEqual(Of("t", User("a")).Blocks, Of("t", new Contracts.Grains.ConversationMessage("user", [Contracts.Grains.ConversationPart.OfImage("a")])).Blocks);
    }

    [Fact]
    public void Of_Picture_CountsItsTokensAndIsNamed()
    {
        var prompt = Of("t", Picture("a", "1234"));

        Assert.Equal(Rendezvous.Seed("a"), prompt.Home);
        Assert.Equal([108, 109], prompt.Blocks.Select(block => block.Tokens));
    }

    [Fact]
    public void Of_LongFirstMessage_HasAHomeOfItsTenant_AShortOneNone()
    {
        Assert.NotNull(Ask("What is this?").Home);
        Assert.Equal(Ask("What is this?").Home, Ask("And that?").Home);
        Assert.NotEqual(Ask("What is this?").Home, Ask("What is this?", tenant: "u").Home);
        Assert.Null(Of("t", SystemSays("Be brief."), User(LongText)).Home);
    }

    [Fact]
    public void Of_EndlessPrompt_HasBoundedBlocksAndAllTokens()
    {
        var prompt = Of("t", User(new string('x', 2 * PromptPrefix.MaxBlocks * PromptPrefix.BlockChars)));

        Assert.Equal(PromptPrefix.MaxBlocks, prompt.Blocks.Count);
        Assert.InRange(prompt.Tokens, 131_072, 131_080);
    }

    [Fact]
    public void Of_Session_IsNamedForItsTenantOnly()
    {
        Assert.Null(Of("t", User("Hi")).Session);
        Assert.Equal(Of("t", "s", User("Hi")).Session, Of("t", "s", User("Bye")).Session);
        Assert.NotEqual(Of("t", "s", User("Hi")).Session, Of("u", "s", User("Hi")).Session);
    }
}
