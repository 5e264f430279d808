using System.Text;

namespace VisionCluster.Models.Onnx;

/// <summary>
/// Visits every tensor of a graph file, those of nodes, subgraphs and functions too, and checks where its bytes are. Numbers are fields of
/// onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
/// </summary>
internal sealed class GraphTensorWalker(string path)
{
    private const int MaxDepth = 16;
    private const int MaxInitializers = 1_000_000;

    private readonly ExternalDataCheck _external = new(Path.GetDirectoryName(path)!, Path.GetFileName(path));
    private readonly HashSet<string> _initializers = new(StringComparer.Ordinal);

    /// <summary>Files of external data, by name.</summary>
    public IReadOnlyList<string> DataFiles => _external.Files;

    /// <summary>Whether a name is an initializer of the outermost graph.</summary>
    public bool IsInitializer(string name) => _initializers.Contains(name);

    public void WalkModel(WireReader model)
    {
        while (model.Next(out var field))
        {
            if (field == 7)
            {
                WalkGraph(model.Message(), 0);
            }
            else if (field == 25)
            {
                WalkNodes(model.Message(), 7, 0);
            }
            else
            {
                model.Skip();
            }
        }
    }

    private void WalkGraph(WireReader graph, int depth)
    {
        while (graph.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    WalkNode(graph.Message(), depth);
                    break;
                case 5:
                    Initializer(WalkTensor(graph.Message()), depth, graph);
                    break;
                case 15:
                    WalkSparse(graph.Message());
                    break;
                default:
                    graph.Skip();
                    break;
            }
        }
    }

    private void Initializer(string name, int depth, WireReader graph)
    {
        if (depth == 0)
        {
            _initializers.Add(name);
            _ = _initializers.Count <= MaxInitializers ? 0 : throw graph.Malformed();
        }
    }

    private void WalkNodes(WireReader message, int nodes, int depth)
    {
        while (message.Next(out var field))
        {
            if (field == nodes)
            {
                WalkNode(message.Message(), depth);
            }
            else
            {
                message.Skip();
            }
        }
    }

    private void WalkNode(WireReader node, int depth)
    {
        while (node.Next(out var field))
        {
            if (field == 5)
            {
                WalkAttribute(node.Message(), depth);
            }
            else
            {
                node.Skip();
            }
        }
    }

    private void WalkAttribute(WireReader attribute, int depth)
    {
        while (attribute.Next(out var field))
        {
            switch (field)
            {
                case 5 or 10:
                    WalkTensor(attribute.Message());
                    break;
                case 6 or 11:
                    _ = depth < MaxDepth ? 0 : throw attribute.Malformed();
                    WalkGraph(attribute.Message(), depth + 1);
                    break;
                case 22 or 23:
                    WalkSparse(attribute.Message());
                    break;
                default:
                    attribute.Skip();
                    break;
            }
        }
    }

    private void WalkSparse(WireReader sparse)
    {
        while (sparse.Next(out var field))
        {
            if (field is 1 or 2)
            {
                WalkTensor(sparse.Message());
            }
            else
            {
                sparse.Skip();
            }
        }
    }

    /// <returns>The tensor's name.</returns>
    private string WalkTensor(WireReader tensor)
    {
        var place = new TensorPlace();
        while (tensor.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    tensor.Ints(place.Shape, TensorPlace.MaxRank);
                    break;
                case 2:
                    place.DataType = tensor.Int();
                    break;
                case 4 or 5 or 6 or 7 or 9 or 10 or 11:
                    place.InlineBytes += tensor.Skip();
                    break;
                case 8:
                    place.Name = Encoding.UTF8.GetString(tensor.Bytes());
                    break;
                case 13:
                    place.Add(tensor.Message());
                    break;
                case 14:
                    place.IsExternal = tensor.Int() == 1;
                    break;
                default:
                    tensor.Skip();
                    break;
            }
        }

        _external.Check(place);
        return place.Name;
    }
}
