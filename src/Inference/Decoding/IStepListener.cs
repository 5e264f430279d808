namespace VisionCluster.Inference.Decoding;

/// <summary>Hears of the steps that brought something to generations that it <see cref="Generation.Listen">listens</see> to.</summary>
public interface IStepListener
{
    /// <summary>
    /// All of its generations that a step has brought something have been read. On a pool thread, for each engine one call after the other; it
    /// must not throw, nor wait.
    /// </summary>
    void Stepped();
}
