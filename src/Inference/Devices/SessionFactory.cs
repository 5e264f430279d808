using Microsoft.ML.OnnxRuntime;
using VisionCluster.Models;

namespace VisionCluster.Inference.Devices;

/// <summary>Opens ONNX Runtime sessions on a device.</summary>
internal static class SessionFactory
{
    /// <exception cref="ModelException">The graph does not load, or the device's runtime is absent.</exception>
    public static InferenceSession Open(string graphPath, DeviceOptions device)
    {
        try
        {
            using var options = Create(device);
            if (device.ProfileFolder is { } folder)
            {
                options.ProfileOutputPathPrefix = Path.Combine(folder, Path.GetFileNameWithoutExtension(graphPath));
                options.EnableProfiling = true;
            }

            return new InferenceSession(graphPath, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"{Path.GetFileName(graphPath)} does not load on {device.Id}: {FirstLine(e.Message)}", e);
        }
    }

    private static SessionOptions Create(DeviceOptions device)
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

        // Encoder and decoder share the cores: a spinning pool of one starves the other (docs: ADR 002).
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (device.Kind == DeviceKind.Cuda)
        {
            options.AppendExecutionProvider_CUDA(device.Index);
        }

        return options;
    }

    private static string FirstLine(string message) => message.Split('\n', 2)[0];
}
