using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Onnx;
using VisionCluster.Inference.Verification;
using VisionCluster.Models.Compilation;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests;

public class ProbeTests
{
    [Theory]
    [InlineData("llama")]
    [InlineData("idefics3")]
    [InlineData("smolvlm")]
    [InlineData("emoji")]
    public void Probe(string family)
    {
        var folder = family == "emoji" ? Fixtures.EmojiVlm : Path.Combine(Fixtures.Root, "families", family);
        var compiled = new ModelCompiler(new ModelCompilerOptions { CacheFolder = Path.Combine("/tmp/probe", Guid.NewGuid().ToString("N")) }).Compile(folder);
        using var inspector = new ModelInspector(compiled, DeviceOptions.Cpu);
        using var runner = new OnnxDecoderRunner(compiled, DeviceOptions.Cpu, 4, 512, 256);
        var check = new GenerativeCheck(compiled, inspector, runner);
        var output = new List<string>();
        foreach (var golden in GoldenCase.ReadAll(folder))
        {
            using var file = golden.OpenTensors();
            var computed = check.Compute(file);
            foreach (var entry in file.Tensors.Values)
            {
                if (computed.TryGetValue(entry.Name, out var c))
                {
                    output.Add(TensorComparer.Compare(golden.Name, file, entry, c, 1e-4).ToString());
                }
            }
        }

        File.WriteAllLines($"/tmp/probe/{family}.txt", output);
        Assert.DoesNotContain(output, line => line.Contains("Passed = False"));
    }
}
