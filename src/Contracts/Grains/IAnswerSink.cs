using Orleans.Concurrency;

namespace VisionCluster.Contracts.Grains;

/// <summary>
/// A gateway's end of all answers that it follows. What is pushed here is a shortcut, never the only copy: a piece that gets lost is read
/// with <see cref="IDecoderGrain.Read"/>.
/// </summary>
[Alias("visioncluster.IAnswerSink")]
public interface IAnswerSink : IGrainObserver
{
    /// <summary>What answers of one silo have grown by since its last message.</summary>
    [Alias("Push"), OneWay]
    Task Push(PushedAnswers pushed);

    /// <summary>The cluster has declared a silo dead, and its directory may not say so yet.</summary>
    /// <param name="silo">Its parsable address.</param>
    [Alias("SiloDied"), OneWay]
    Task SiloDied(string silo);
}
