using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Compilation;

/// <summary>A checkpoint folder in Hugging Face layout.</summary>
internal sealed class FolderCheckpoint(string folder) : CheckpointSource
{
    internal override string Name => Path.GetFileName(folder);

    internal override ConfigSection ReadConfig() => ConfigSection.Load(folder);

    internal override string ComputeDigest() =>
        CheckpointDigest.OfFiles(CheckpointWeights.ShardNames(folder).Prepend("config.json").Select(name => (name, Path.Combine(folder, name))));

    internal override ITensorSource OpenTensors() => CheckpointWeights.Open(folder);

    internal override string TextFolder(string compiledFolder) => folder;
}
