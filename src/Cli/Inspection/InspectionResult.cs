using System.Runtime.InteropServices;
using Grpc.Core;
using VisionCluster.Cli.Client;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Inspection;

/// <summary>One Inspect call, read to its end.</summary>
internal sealed class InspectionResult
{
    public List<InspectedTensor> Tensors { get; } = [];

    public List<InspectedPicture> Pictures { get; } = [];

    /// <summary>By image.</summary>
    public Dictionary<uint, PatchGrid> Grids { get; } = [];

    public List<PromptToken> Tokens { get; } = [];

    public List<NextTokens> NextTokens { get; } = [];

    public static async Task<InspectionResult> ReadAsync(ClusterConnection connection, InspectRequest request, CancellationToken cancellationToken)
    {
        var (result, data) = (new InspectionResult(), new List<byte>());
        using var call = connection.Client.Inspect(request, connection.Headers, cancellationToken: cancellationToken);
        await foreach (var response in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            result.Add(response, data);
        }

        return result;
    }

    private void Add(InspectResponse response, List<byte> data)
    {
        uint? layer = response.HasLayer ? response.Layer : null;
        switch (response.PieceCase)
        {
            case InspectResponse.PieceOneofCase.Tensor:
                data.AddRange(response.Tensor.Data.Span);
                if (!response.Tensor.More)
                {
                    Tensors.Add(new InspectedTensor(
                        response.View,
                        layer,
                        response.Tensor.HasImage ? response.Tensor.Image : null,
                        [.. response.Tensor.Shape.Select(size => (int)size)],
                        MemoryMarshal.Cast<byte, float>(CollectionsMarshal.AsSpan(data)).ToArray()));
                    data.Clear();
                }

                break;
            case InspectResponse.PieceOneofCase.Picture:
                Pictures.Add(new InspectedPicture(response.View, layer, response.Picture));
                break;
            case InspectResponse.PieceOneofCase.Grid:
                Grids[response.Grid.Image] = response.Grid;
                break;
            case InspectResponse.PieceOneofCase.Tokens:
                Tokens.AddRange(response.Tokens.Tokens);
                break;
            case InspectResponse.PieceOneofCase.NextTokens:
                NextTokens.AddRange(response.NextTokens.Positions);
                break;
        }
    }
}
