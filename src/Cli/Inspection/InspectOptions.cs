using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using VisionCluster.Cli.Commands;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Inspection;

/// <summary>What to look at, as options of a command.</summary>
internal sealed class InspectOptions
{
    private const string AnswerView = "answer";
    private const string AnswerAttention = "answer-attention";
    private const uint DefaultAnswerTokens = 16;

    private static readonly Dictionary<string, InspectView[]> Views = new(StringComparer.Ordinal)
    {
        ["grid"] = [InspectView.PatchGrid],
        ["projection"] = [InspectView.PatchGrid, InspectView.PatchProjection],
        ["positions"] = [InspectView.PatchGrid, InspectView.Positions],
        ["embeddings"] = [InspectView.Embeddings],
        ["hidden"] = [InspectView.Hidden],
        ["attention"] = [InspectView.Attention],
        ["pca"] = [InspectView.PatchGrid, InspectView.Pca],
        ["tokens"] = [InspectView.Tokens],
        ["next-tokens"] = [InspectView.NextTokens, InspectView.Tokens],
        [AnswerView] = [InspectView.Tokens],
        [AnswerAttention] = [InspectView.PatchGrid, InspectView.Tokens, InspectView.Attention],
    };

    private static readonly InspectView[] OfATower = [InspectView.Embeddings, InspectView.Hidden, InspectView.Attention];

    public InspectOptions() => View.AcceptOnlyFromAmong([.. Views.Keys]);

    public Option<string[]> Image { get; } = new("--image", "-i") { Description = "Picture file. Repeatable, at most 4.", HelpName = "FILE" };

    public Option<string> Text { get; } = new("--text", "-t")
    {
        Description = "A question about the pictures, or a text.",
        DefaultValueFactory = _ => "",
        HelpName = "TEXT",
    };

    public Option<string[]> View { get; } = new("--view", "-v")
    {
        Description = "What to show, of the views below. Repeatable. Default: grid and pca of pictures, next-tokens of a text alone.",
        HelpName = "VIEW",
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<string> Layers { get; } = new("--layers", "-l")
    {
        Description = "Layers such as 0,3 or all. Default: the last.",
        DefaultValueFactory = _ => "",
        HelpName = "LIST",
    };

    public Option<int?> Patch { get; } = new("--patch")
    {
        Description = "Draw this patch of the first tile (row × columns + column) against all patches: cosines, or for attention its weights.",
        HelpName = "N",
    };

    public Option<uint> Top { get; } = new("--top") { Description = "Next tokens at each position.", DefaultValueFactory = _ => 5, HelpName = "N" };

    public Option<uint> Answer { get; } = new("--answer") { Description = "Let the model answer first, so many tokens at most: 16 for the answer views, else 0.", HelpName = "N" };

    public Option<bool> Plain { get; } = new("--plain") { Description = "The text is the whole prompt, without chat template." };

    public Option<ulong?> Shuffle { get; } = new("--shuffle-patches") { Description = "Shuffle the patches of each tile first.", HelpName = "SEED" };

    public Option<bool?> Split { get; } = new("--split") { Description = "Cut pictures into tiles or not. Default: as the model's processor says.", HelpName = "BOOL" };

    public Option<Tower> Tower { get; } = new("--tower") { Description = "Which tower embeddings, hidden and attention mean: vision or text. Default: vision when there are pictures.", HelpName = "TOWER" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Image, Text, View, Layers, Patch, Top, Answer, Plain, Shuffle, Split, Tower })
        {
            command.Options.Add(option);
        }
    }

    public InspectRequest Read(ParseResult parsed)
    {
        var (images, text, views) = (parsed.GetValue(Image) ?? [], parsed.GetValue(Text)!, ViewNames(parsed));
        var (attention, tokens) = (views.Contains(AnswerAttention), parsed.GetValue(Answer));
        var others = views.Where(view => view != AnswerAttention).SelectMany(view => Views[view]);
        if (attention && parsed.GetValue(Tower) != Contracts.V1.Tower.Text && others.Any(OfATower.Contains))
        {
            throw new CliException($"--view {AnswerAttention} looks at the text side; ask for embeddings, hidden and attention of pictures apart.");
        }

        var request = new InspectRequest
        {
            Text = text,
            Top = parsed.GetValue(Top),
            AnswerTokens = tokens == 0 && (attention || views.Contains(AnswerView)) ? DefaultAnswerTokens : tokens,
            Plain = parsed.GetValue(Plain),
            AverageHeads = attention,
            Tower = attention ? Contracts.V1.Tower.Text : parsed.GetValue(Tower),
        };
        request.Images.AddRange(images.Select(Client.Messages.ImageFile));
        request.Views.AddRange(views.SelectMany(view => Views[view]).Distinct());
        ReadLayers(parsed.GetValue(Layers)!, request);
        if (parsed.GetValue(Shuffle) is { } seed)
        {
            request.ShuffleSeed = seed;
        }

        if (parsed.GetValue(Split) is { } split)
        {
            request.Split = split;
        }

        // Pictures of tensors need to know where the patches lie.
        var ofPictures = images.Length > 0 && request.Tower != Contracts.V1.Tower.Text && request.Views.Any(OfATower.Contains);
        if (ofPictures && !request.Views.Contains(InspectView.PatchGrid))
        {
            request.Views.Add(InspectView.PatchGrid);
        }

        return request;
    }

    public string[] ViewNames(ParseResult parsed) => parsed.GetValue(View) is { Length: > 0 } views ? views
        : parsed.GetValue(Image) is { Length: > 0 } ? ["grid", "pca"] : ["next-tokens"];

    private static void ReadLayers(string text, InspectRequest request)
    {
        if (text == "all")
        {
            request.AllLayers = true;
            return;
        }

        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            request.Layers.Add(uint.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer
                : throw new CliException($"--layers {text} is not a list of numbers such as 0,3, and not all."));
        }
    }
}
