using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Inspection;

/// <summary>Names blocks of patches; image and tile are named only where there are several.</summary>
internal sealed class PlaceNames
{
    private readonly bool _images;
    private readonly bool _tiles;

    public PlaceNames(IReadOnlyList<PromptToken> tokens)
    {
        var places = tokens.Where(token => token.Place is not null).Select(token => token.Place).ToList();
        (Any, _images, _tiles) = (places.Count > 0, places.Any(place => place.Image > 0), places.Any(place => place.Tile > 0));
    }

    /// <summary>Whether there is an image token.</summary>
    public bool Any { get; }

    public string Of(ImagePlace place)
    {
        var from = (_images ? $"image {place.Image + 1}, " : "") + (_tiles ? $"tile {place.Tile + 1}, " : "");
        return place.Rows == 0 ? $"{from}class token"
            : $"{from}{Span("row", place.Row, place.Rows)}, {Span("column", place.Column, place.Columns)}";
    }

    private static string Span(string what, uint first, uint count) => count == 1 ? $"{what} {first}" : $"{what}s {first}–{first + count - 1}";
}
