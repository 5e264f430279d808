namespace VisionCluster.Bench;

/// <summary>One way to the same model: the engine in this process, or the gateway over gRPC.</summary>
internal interface IBenchClient
{
    /// <summary>Runs a prompt greedily to exactly <paramref name="tokens"/> tokens.</summary>
    /// <returns>Time to the first token.</returns>
    Task<TimeSpan> GenerateAsync(string text, byte[]? image, int tokens);
}
