namespace VisionCluster.TestKit;

/// <summary>An empty folder that lives as long as a test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("visioncluster-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
