using VisionCluster.Inference.Devices;

namespace VisionCluster.Simulation.Tests;

public sealed class DeviceOptionsTests
{
    [Theory]
    [InlineData("cpu", DeviceKind.Cpu, 0, 1, "cpu:0")]
    [InlineData("cuda:3", DeviceKind.Cuda, 3, 1, "cuda:3")]
    [InlineData("simulated:5", DeviceKind.Simulated, 5, 1, "simulated:5")]
    [InlineData("simulated:0..7", DeviceKind.Simulated, 0, 8, "simulated:0..7")]
    public void TryParse_Device_HasKindIndexAndCount(string text, DeviceKind kind, int index, int count, string id)
    {
        Assert.True(DeviceOptions.TryParse(text, out var device));

        Assert.Equal((kind, index, count, id), (device.Kind, device.Index, device.Count, device.Id));
    }

    [Theory]
    [InlineData("simulated")]
    [InlineData("simulated:")]
    [InlineData("simulated:3..1")]
    [InlineData("simulated:0..")]
    [InlineData("simulated:0..5000")]
    [InlineData("cuda:0..1")]
    [InlineData("gpu:0")]
    [InlineData("cpu:-1")]
    public void TryParse_NoDevice_IsRefused(string text) => Assert.False(DeviceOptions.TryParse(text, out _));
}
