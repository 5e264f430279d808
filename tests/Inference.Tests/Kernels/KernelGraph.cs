using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using VisionCluster.Inference.Devices;
using VisionCluster.Models.Onnx;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Kernels;

/// <summary>A session over one node, opened as the product opens its own.</summary>
internal sealed class KernelGraph : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public KernelGraph(Action<GraphBuilder> build)
    {
        using (var weights = new WeightFile(Path.Combine(_folder.Path, "weights.bin")))
        {
            var graph = new GraphBuilder("test", weights);
            build(graph);
            weights.Flush();
            File.WriteAllBytes(Path.Combine(_folder.Path, "graph.onnx"), graph.Build().ToByteArray());
        }

        Session = SessionFactory.Open(Path.Combine(_folder.Path, "graph.onnx"), DeviceOptions.Cpu with { Threads = 2 });
    }

    public DeviceSession Session { get; }

    /// <summary>Runs with float inputs; returns the first output.</summary>
    public float[] Run(params (string Name, float[] Values, long[] Shape)[] inputs)
    {
        var values = inputs.ToDictionary(input => input.Name, input => OrtValue.CreateTensorValueFromMemory(input.Values, input.Shape));
        try
        {
            using var options = new RunOptions();
            using var results = Session.Run(options, values.Keys, values.Values, [Session.OutputNames[0]]);
            return results[0].GetTensorDataAsSpan<float>().ToArray();
        }
        finally
        {
            foreach (var value in values.Values)
            {
                value.Dispose();
            }
        }
    }

    public void Dispose()
    {
        Session.Dispose();
        _folder.Dispose();
    }
}
