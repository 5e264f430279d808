using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using VisionCluster.Inference.Kernels;
using VisionCluster.Models;

namespace VisionCluster.Inference.Devices;

/// <summary>Opens ONNX Runtime sessions on a device.</summary>
internal static class SessionFactory
{
    /// <param name="graphPath">The graph.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="spins">Whether threads spin between the operators of a run; they never do between runs (docs: ADR 002).</param>
    /// <param name="captures">Whether a GPU may capture its runs as CUDA graphs (docs/gpu.md).</param>
    /// <exception cref="ModelException">The graph does not load, or the device's runtime is absent.</exception>
    public static DeviceSession Open(string graphPath, DeviceOptions device, bool spins = false, bool captures = false)
    {
        if (device.Kind == DeviceKind.Simulated)
            throw new ModelException($"{device.Id} is simulated: it runs simulated models only, and no graph.");
        try
        {
            using var call = CaptureGate.Enter(device);
            using var options = Create(device, spins, captures);
            if (device.ProfileFolder is { } folder)
            {
                options.ProfileOutputPathPrefix = Path.Combine(folder, Path.GetFileNameWithoutExtension(graphPath));
                options.EnableProfiling = true;
            }

            return new DeviceSession(new InferenceSession(graphPath, options), device);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"{Path.GetFileName(graphPath)} does not load on {device.Id}: {FirstLine(e.Message)}", e);
        }
    }

    private static SessionOptions Create(DeviceOptions device, bool spins, bool captures)
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = device.Threads,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,

            // Shapes change with every batch: patterns would be kept for each of them.
            EnableMemoryPattern = false,
        };

        options.AddSessionConfigEntry("session.intra_op.allow_spinning", spins ? "1" : "0");
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        KernelLibrary.Register(options);
        if (device.Kind == DeviceKind.Cuda)
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new Dictionary<string, string>
            {
                ["device_id"] = device.Index.ToString(CultureInfo.InvariantCulture),
                ["enable_cuda_graph"] = captures ? "1" : "0",
            });
            options.AppendExecutionProvider_CUDA(cuda);
        }

        return options;
    }

    private static string FirstLine(string message) => message.Split('\n', 2)[0];
}
