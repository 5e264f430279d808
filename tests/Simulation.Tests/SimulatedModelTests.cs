using System.Text;
using VisionCluster.Models;

namespace VisionCluster.Simulation.Tests;

public sealed class SimulatedModelTests
{
    [Fact]
    public void Presets_EachOne_LoadsAndSaysWhereItsCostsComeFrom()
    {
        Assert.Contains("simulated-vlm", SimulatedModel.Presets);
        Assert.All(SimulatedModel.Presets, name =>
        {
            var model = SimulatedModel.Load(name);
            Assert.StartsWith(SimulatedModel.NamePrefix, model.Name, StringComparison.Ordinal);
            Assert.True(model.Source.Length > 20, name);
            Assert.True(model.Cost.Decode(1, 100) > TimeSpan.Zero, name);
        });
    }

    [Fact]
    public void Cost_EachKindOfWork_IsALine()
    {
        var cost = new SimulatedCostModel { StepMs = 10, RowMs = 2, KvTokenMs = 0.01, PrefillTokenMs = 0.5, EncodeMs = 3, ImageMs = 4, ImageTokenMs = 0.1 };

        Assert.Equal(TimeSpan.FromMilliseconds(10 + 8 + 10), cost.Decode(4, 1_000));
        Assert.Equal(TimeSpan.FromMilliseconds(50), cost.Prefill(100));
        Assert.Equal(TimeSpan.FromMilliseconds(3 + 8 + 2), cost.Encode(2, 20));
        Assert.Equal(2 * cost.Decode(4, 1_000), cost.Slower(2).Decode(4, 1_000));
        Assert.Equal(2 * cost.Encode(2, 20), cost.Slower(2).Encode(2, 20));
    }

    [Fact]
    public void Write_ThenLoad_IsTheSameModel()
    {
        using var folder = new TestKit.TemporaryFolder();
        var model = SimulatedModel.Load("simulated-vlm") with { Seed = 7 };

        var read = SimulatedModel.Load(model.Write(folder.Path));

        Assert.Equal(model, read);
        Assert.Equal(model.Revision, read.Revision);
    }

    [Fact]
    public void Revision_WhatShapesTokens_ChangesIt_WhatTakesTime_DoesNot()
    {
        var model = SimulatedModel.Load("simulated-vlm");

        Assert.NotEqual(model.Revision, (model with { Seed = 1 }).Revision);
        Assert.Equal(model.Revision, (model with { Cost = model.Cost.Slower(3) }).Revision);
    }

    [Theory]
    [InlineData("simulated-x", """{ "cost": { "stepMs": -1 } }""", "cost.StepMs")]
    [InlineData("simulated-x", """{ "cost": {}, "imageTokens": 0, "hiddenSize": 1 }""", "imageTokens must be")]
    [InlineData("simulated-x", """{ "cost": {}, "speed": 9 }""", "speed")]
    [InlineData("simulated-x", "{}", "cost")]
    [InlineData("simulated-x", "no JSON", "is not a simulated model")]
    [InlineData("llama", """{ "cost": {} }""", "must begin with simulated-")]
    public void Read_NotValid_SaysWhat(string name, string json, string sentence)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));

        Assert.Contains(sentence, Assert.Throws<ModelException>(() => SimulatedModel.Read(stream, name)).Message, StringComparison.Ordinal);
    }
}
