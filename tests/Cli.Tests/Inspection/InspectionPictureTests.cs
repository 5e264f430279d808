using VisionCluster.Cli.Inspection;
using VisionCluster.Contracts.V1;
using PatchGrid = VisionCluster.Inference.Inspection.PatchGrid;

namespace VisionCluster.Cli.Tests.Inspection;

/// <summary>How values become pictures and names.</summary>
public sealed class InspectionPictureTests
{
    [Fact]
    public void Rows_ClassToken_IsLeftOut()
    {
        // Two tiles of a class token and two patches, two values wide.
        var tensor = Tensor(InspectView.Hidden, [2, 3, 2], [9, 9, 1, 2, 3, 4, 9, 9, 5, 6, 7, 8]);

        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], PatchValues.Rows(tensor, Grid(tiles: 2, rows: 1, columns: 2, classToken: true)));
    }

    [Fact]
    public void Against_HiddenStates_AreCosines()
    {
        var tensor = Tensor(InspectView.Hidden, [2, 2, 2], [3, 0, 0, 5, -1, 0, 1, 1]);

        var values = PatchValues.Against(tensor, Grid(tiles: 2, rows: 1, columns: 2), patch: 0);

        Assert.Equal([1, 0, -1, 0.7071f], values, (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public void Attended_ClassToken_AsksForIt()
    {
        // Two heads of 3 × 3: the class token's row comes first.
        var tensor = Tensor(InspectView.Attention, [1, 2, 3, 3], [.2f, .4f, .4f, 1, 0, 0, 0, 0, 1, .2f, .8f, 0, 0, 1, 0, 1, 0, 0]);
        var grid = Grid(rows: 1, columns: 2, classToken: true);

        Assert.Equal([0.6f, 0.2f], PatchValues.Attended(tensor, grid), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([0, 0.5f], PatchValues.Attended(tensor, grid, patch: 1), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Attended_NoClassToken_IsTheMeanOverPatches()
    {
        var tensor = Tensor(InspectView.Attention, [1, 1, 2, 2], [.25f, .75f, .5f, .5f]);

        Assert.Equal([0.375f, 0.625f], PatchValues.Attended(tensor, Grid(rows: 1, columns: 2)), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void HeatMap_MarkedPatch_IsFramedAndKeepsItsColour()
    {
        var grid = Grid(rows: 2, columns: 2);

        var canvas = HeatMap.Draw(grid, [0, 1, 2, 3], marked: 1);

        Assert.Equal((64, 64), (canvas.Width, canvas.Height));
        Assert.Equal(HeatMap.Colour(1, 0, 3), canvas[48, 16]);
        Assert.NotEqual(HeatMap.Colour(1, 0, 3), canvas[32, 0]);
        Assert.Equal(HeatMap.Colour(0, 0, 3), canvas[0, 0]);
    }

    [Fact]
    public void PositionSheet_PositionsInTwoGroups_AreAlikeWithinAndUnlikeAcross()
    {
        // Left and right column; 7 is a bias that all of them share.
        float[] positions = [8, 7, 6, 7, 8, 7, 6, 7];

        var canvas = PositionSheet.Draw(Grid(rows: 2, columns: 2), positions, hidden: 2);

        var cell = (canvas.Width - 2) / 4;
        var (alike, unlike) = (HeatMap.Colour(1, -1, 1), HeatMap.Colour(-1, -1, 1));
        Assert.Equal((alike, unlike), (canvas[0, 0], canvas[cell, 0]));
        Assert.Equal((unlike, alike), (canvas[canvas.Width - 1 - cell, 0], canvas[canvas.Width - 1, 0]));
        Assert.Equal((alike, unlike), (canvas[0, canvas.Height - 1], canvas[cell, canvas.Height - 1]));
    }

    [Theory]
    [InlineData(1, 1, "rows 2–3, columns 4–5")]
    [InlineData(1, 5, "tile 1, rows 2–3, columns 4–5")]
    [InlineData(2, 1, "image 1, rows 2–3, columns 4–5")]
    public void PlaceNames_OneOrSeveral_NameWhatTellsApart(int images, int tiles, string expected)
    {
        var place = new ImagePlace { Row = 2, Column = 4, Rows = 2, Columns = 2 };
        PromptToken[] tokens =
        [
            new() { Text = "a" },
            new() { Place = place },
            new() { Place = new ImagePlace { Image = (uint)images - 1, Tile = (uint)tiles - 1, Rows = 1, Columns = 1 } },
        ];

        Assert.Equal(expected, new PlaceNames(tokens).Of(place));
    }

    [Fact]
    public void PlaceNames_NoImages_HasNone() => Assert.False(new PlaceNames([new PromptToken { Text = "a" }]).Any);

    [Fact]
    public void Place_PatchOfASecondTile_NamesTile()
    {
        Assert.Equal("tile 2, row 1, column 0", Grids.Place(Grid(tiles: 2, rows: 2, columns: 2), 6));
        Assert.Equal("row 1, column 1", Grids.Place(Grid(rows: 2, columns: 2), 3));
    }

    private static InspectedTensor Tensor(InspectView view, int[] shape, float[] values) => new(view, 0, 0, shape, values);

    private static PatchGrid Grid(int rows, int columns, int tiles = 1, bool classToken = false) => new()
    {
        Tiles = tiles,
        TileRows = 0,
        TileColumns = 0,
        Rows = rows,
        Columns = columns,
        PatchHeight = 8,
        PatchWidth = 8,
        ClassToken = classToken,
    };
}
