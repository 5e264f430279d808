using VisionCluster.Models.Onnx;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Models.Families;

/// <summary>
/// The space in which a decoder's residual stream lives: the model's own, or a rotation of it without outlier channels, in which 8 bits
/// suffice for a token (QuaRot: Ashkboos et al., 2024). An RMS norm without its weights commutes with a rotation; so its weights and
/// the rotation move into the matrices that read the stream, and the rotation into those that write it.
/// </summary>
internal sealed class ResidualSpace(GraphBuilder graph, int size, bool rotated)
{
    public bool IsRotated => rotated;

    /// <summary>Vectors of the model's own space on their way in, <c>[…, size]</c>.</summary>
    public Value Enter(Value x) => rotated ? graph.MatMul(x, graph.Weight(Name, [size, size], () => Rotation.Matrix(size))) : x;

    /// <summary>Vectors on their way out.</summary>
    public Value Leave(Value x) => rotated
        ? graph.MatMul(x, graph.Weight($"{Name}.T", [size, size], () => Layout.Transpose(Rotation.Matrix(size), size, size)))
        : x;

    /// <summary>What a norm multiplies by in a rotated space.</summary>
    public Value Ones() => graph.Weight($"ones.{size}", [size], () => [.. Enumerable.Repeat(1f, size)]);

    /// <summary>A matrix that reads the stream behind a norm of some weights.</summary>
    public MatrixSource Reader(MatrixSource matrix, Func<float[]> norm) => rotated
        ? matrix.Map("in", values => Rotation.Rows(Layout.ScaleColumns(values, norm()), size))
        : matrix;

    /// <summary>A matrix whose products are added to the stream.</summary>
    public MatrixSource Writer(MatrixSource matrix) => rotated ? matrix.Map("out", values => Layout.RotateDown(values, matrix.Columns, size)) : matrix;

    /// <summary>A vector that is added to the stream.</summary>
    public float[] Writer(float[] vector) => rotated ? Rotation.Rows(vector, size) : vector;

    /// <summary>A matrix that makes heads of values, each head rotated: what attention mixes are values, so <see cref="ReadsHeads"/> undoes it.</summary>
    public MatrixSource WritesHeads(MatrixSource matrix, int head) => rotated ? matrix.Map("heads", values => Layout.RotateDown(values, matrix.Columns, head)) : matrix;

    /// <summary>A matrix that reads attended heads of values.</summary>
    public MatrixSource ReadsHeads(MatrixSource matrix, int head) => rotated ? matrix.Map("heads", values => Rotation.Rows(values, head)) : matrix;

    /// <summary>A vector over heads of values.</summary>
    public float[] WritesHeads(float[] vector, int head) => rotated ? Rotation.Rows(vector, head) : vector;

    private string Name => $"rotation.{size}";
}
