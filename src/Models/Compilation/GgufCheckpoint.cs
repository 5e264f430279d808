using System.Text.Json;
using System.Text.Json.Nodes;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Gguf;

namespace VisionCluster.Models.Compilation;

/// <summary>A GGUF file, which is a whole checkpoint: weights, configuration, tokenizer and chat template.</summary>
internal sealed class GgufCheckpoint : CheckpointSource
{
    private readonly string _path;
    private readonly GgufFile _file;
    private readonly JsonObject _config;
    private readonly LlamaShape _shape;

    public GgufCheckpoint(string path, string? name = null)
    {
        (_path, Name, _file) = (path, name ?? Path.GetFileNameWithoutExtension(path), GgufFile.Open(path));
        try
        {
            (_config, _shape) = GgufConfig.Read(_file);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    internal override string Name { get; }

    internal override ConfigSection ReadConfig() => ConfigSection.Parse("config.json", JsonSerializer.SerializeToElement(_config));

    /// <summary>The content alone: the same file under another name is the same model.</summary>
    internal override string ComputeDigest() => CheckpointDigest.OfFiles([("gguf", _path)]);

    internal override ITensorSource OpenTensors() => new GgufTensors(_file, _shape);

    internal override string TextFolder(string compiledFolder) => compiledFolder;

    internal override void WriteTextFiles(string compiledFolder) => GgufTextFiles.Write(_file, _config, compiledFolder);

    private protected override void Dispose(bool disposing) => _file.Dispose();
}
