using System.Runtime.InteropServices;
using Google.Protobuf;
using VisionCluster.Contracts.V1;
using VisionCluster.Inference.Inspection;
using Inspected = VisionCluster.Inference.Inspection;

namespace VisionCluster.Grains.Inspection;

/// <summary>Between <c>inspection.proto</c> and the inspector's types.</summary>
internal static class PieceMapping
{
    private const int PieceValues = (1 << 20) / sizeof(float);
    private const int DefaultTop = 5;

    public static InspectionRequest ToRequest(InspectRequest request, ReadOnlyMemory<byte>[] files) => new()
    {
        Images = files,
        Text = request.Text,
        Views = request.Views.Select(view => (InspectionView)view).ToHashSet(),
        Layers = [.. request.Layers.Select(layer => (int)layer)],
        Top = request.Top == 0 ? DefaultTop : (int)request.Top,
        Plain = request.Plain,
        AnswerTokens = (int)request.AnswerTokens,
        ShuffleSeed = request.HasShuffleSeed ? request.ShuffleSeed : null,
        Split = request.HasSplit ? request.Split : null,
        Tower = (InspectionTower)request.Tower,
        Queries = [.. request.Queries.Select(query => (int)query)],
        AverageHeads = request.AverageHeads,
    };

    public static IEnumerable<InspectResponse> ToResponses(InspectionPiece piece)
    {
        if (piece is Inspected.TensorPiece tensor)
        {
            return Tensors(tensor);
        }

        var response = Begin(piece);
        switch (piece)
        {
            case PicturePiece picture:
                response.Picture = ToPicture(picture);
                break;
            case GridPiece grid:
                response.Grid = ToGrid(grid);
                break;
            case TokensPiece tokens:
                response.Tokens = new PromptTokenTable();
                response.Tokens.Tokens.AddRange(tokens.Positions.Select(ToToken));
                break;
            case NextTokensPiece next:
                response.NextTokens = new NextTokenTable();
                response.NextTokens.Positions.AddRange(next.Positions.Select(ToNext));
                break;
        }

        return [response];
    }

    private static IEnumerable<InspectResponse> Tensors(Inspected.TensorPiece tensor)
    {
        for (var offset = 0; offset < tensor.Values.Length; offset += PieceValues)
        {
            var count = Math.Min(PieceValues, tensor.Values.Length - offset);
            var piece = new Contracts.V1.TensorPiece
            {
                Data = ByteString.CopyFrom(MemoryMarshal.AsBytes(tensor.Values.AsSpan(offset, count))),
                Offset = (ulong)offset,
                More = offset + count < tensor.Values.Length,
            };
            piece.Shape.AddRange(tensor.Shape.Select(size => (uint)size));
            if (tensor.Image is { } image)
            {
                piece.Image = (uint)image;
            }

            var response = Begin(tensor);
            response.Tensor = piece;
            yield return response;
        }
    }

    private static InspectResponse Begin(InspectionPiece piece)
    {
        var response = new InspectResponse { View = (InspectView)piece.View };
        if (piece.Layer is { } layer)
        {
            response.Layer = (uint)layer;
        }

        return response;
    }

    private static Picture ToPicture(PicturePiece piece)
    {
        var picture = new Picture
        {
            Image = (uint)piece.Image,
            Png = UnsafeByteOperations.UnsafeWrap(piece.Png),
            Width = (uint)piece.Width,
            Height = (uint)piece.Height,
        };
        picture.Explained.AddRange(piece.Explained);
        return picture;
    }

    private static Contracts.V1.PatchGrid ToGrid(GridPiece piece) => new()
    {
        Image = (uint)piece.Image,
        Tiles = (uint)piece.Grid.Tiles,
        TileRows = (uint)piece.Grid.TileRows,
        TileColumns = (uint)piece.Grid.TileColumns,
        Rows = (uint)piece.Grid.Rows,
        Columns = (uint)piece.Grid.Columns,
        PatchHeight = (uint)piece.Grid.PatchHeight,
        PatchWidth = (uint)piece.Grid.PatchWidth,
        ClassToken = piece.Grid.ClassToken,
    };

    private static PromptToken ToToken(PromptPosition position, int index)
    {
        var token = new PromptToken { Position = (uint)index, Id = (uint)position.Id, Text = position.Text, Answer = position.IsAnswer };
        if (position.Place is { } place)
        {
            token.Place = new Contracts.V1.ImagePlace
            {
                Image = (uint)place.Image,
                Tile = (uint)place.Tile,
                Row = (uint)place.Row,
                Column = (uint)place.Column,
                Rows = (uint)place.Rows,
                Columns = (uint)place.Columns,
            };
        }

        return token;
    }

    private static Contracts.V1.NextTokens ToNext(Inspected.NextTokens position, int index)
    {
        var next = new Contracts.V1.NextTokens { Position = (uint)index, Id = (uint)position.Id, Text = position.Text };
        next.Candidates.AddRange(position.Candidates.Select(c => new Candidate { Id = (uint)c.Id, Text = c.Text, Probability = c.Probability }));
        return next;
    }
}
