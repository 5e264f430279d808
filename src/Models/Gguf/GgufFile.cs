namespace VisionCluster.Models.Gguf;

/// <summary>A memory-mapped GGUF file, its header checked completely.</summary>
internal sealed class GgufFile : IDisposable
{
    private readonly MappedBytes _bytes;

    private GgufFile(MappedBytes bytes, GgufHeader header) =>
        (_bytes, Metadata, Tensors) = (bytes, header.Metadata, header.Tensors);

    public string Name => _bytes.Name;

    public GgufMetadata Metadata { get; }

    public IReadOnlyDictionary<string, GgufTensor> Tensors { get; }

    /// <exception cref="ModelException">The file is missing, no GGUF, truncated or malformed.</exception>
    public static GgufFile Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new ModelException($"{Path.GetFileName(path)} is missing.");
        }

        var bytes = new MappedBytes(path);
        try
        {
            return new GgufFile(bytes, GgufHeader.Read(bytes));
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>A tensor's bytes. Valid until the file is disposed.</summary>
    public ReadOnlySpan<byte> Bytes(GgufTensor tensor) => _bytes.Slice(tensor.Offset, tensor.ByteCount);

    public void Dispose() => _bytes.Dispose();
}
