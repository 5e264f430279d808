using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Onnx.Protocol;
using VisionCluster.Models.Quantization;
using VisionCluster.TestKit;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Inference.Tests.Quality;

/// <summary>
/// A model compiled in bfloat16 with its graphs' types widened to float32 and nothing else changed, for a CPU, which has no bfloat16: the same
/// nodes over the same rounded weights.
/// </summary>
internal sealed class WidenedModel : IDisposable
{
    private const string Weights = "widened.bin";

    private readonly TemporaryFolder _folder = new();

    public WidenedModel(CompiledModel model)
    {
        var weights = File.ReadAllBytes(model.WeightsPath);
        using (var widened = File.Create(Path.Combine(_folder.Path, Weights)))
        {
            foreach (var kind in new[] { GraphKind.Decoder, GraphKind.DecoderPrefix }.Where(kind => File.Exists(model.GraphPath(kind))))
            {
                var graph = ModelProto.Parser.ParseFrom(File.ReadAllBytes(model.GraphPath(kind)));
                Widen(graph.Graph, weights, widened);
                File.WriteAllBytes(Path.Combine(_folder.Path, CompiledModel.GraphFile(kind)), graph.ToByteArray());
            }
        }

        File.Copy(model.WeightsPath, Path.Combine(_folder.Path, CompiledModel.WeightsFile)); // the embedding table
        Model = new CompiledModel(model.Name, model.CheckpointFolder, _folder.Path, model.Manifest with
        {
            Precision = ModelPrecision.Fp32.Name(),
            Decoder = model.Manifest.Decoder! with { IsHalf = false },
        });
    }

    public CompiledModel Model { get; }

    public void Dispose() => _folder.Dispose();

    private static void Widen(GraphProto graph, byte[] weights, FileStream widened)
    {
        foreach (var tensor in graph.Initializer.Where(tensor => tensor.DataType == (int)DataType.Bfloat16))
        {
            tensor.DataType = (int)DataType.Float;
            if (tensor.DataLocation != DataLocation.External)
            {
                tensor.RawData = ByteString.CopyFrom(Widen(tensor.RawData.Span));
                continue;
            }

            var place = tensor.ExternalData.ToDictionary(entry => entry.Key);
            var (offset, length) = (Number(place["offset"]), Number(place["length"]));
            var bytes = Widen(weights.AsSpan(offset, length));
            place["location"].Value = Weights;
            place["offset"].Value = widened.Position.ToString(CultureInfo.InvariantCulture);
            place["length"].Value = bytes.Length.ToString(CultureInfo.InvariantCulture);
            widened.Write(bytes);
        }

        foreach (var type in graph.Input.Concat(graph.Output).Select(value => value.Type.TensorType).Where(type => type.ElemType == (int)DataType.Bfloat16))
        {
            type.ElemType = (int)DataType.Float;
        }

        foreach (var to in graph.Node.Where(node => node.OpType == "Cast").Select(node => node.Attribute.Single()).Where(to => to.I == (long)DataType.Bfloat16))
        {
            to.I = (long)DataType.Float;
        }
    }

    private static byte[] Widen(ReadOnlySpan<byte> bytes)
    {
        var values = new float[bytes.Length / sizeof(ushort)];
        FloatWidening.WidenBrainFloats(MemoryMarshal.Cast<byte, ushort>(bytes), values);
        return MemoryMarshal.AsBytes<float>(values).ToArray();
    }

    private static int Number(StringStringEntryProto entry) => int.Parse(entry.Value, CultureInfo.InvariantCulture);
}
