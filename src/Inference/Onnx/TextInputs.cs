using Microsoft.ML.OnnxRuntime;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Onnx;

/// <summary>What a text encoder graph takes: ids, and as the model needs them masks and text types.</summary>
internal sealed class TextInputs : IDisposable
{
    private readonly List<string> _names = [];
    private readonly List<OrtValue> _values = [];

    /// <exception cref="ModelException">The texts are too long, or an id is outside the vocabulary.</exception>
    public TextInputs(TextEncoderManifest manifest, TextBatch batch)
    {
        if (batch.Tokens > manifest.MaxTokens)
        {
            throw new ModelException($"A text of {batch.Tokens} tokens is longer than the {manifest.MaxTokens} that this model takes.");
        }

        if (Array.Find(batch.Ids, id => (ulong)id >= (ulong)manifest.VocabularySize) is not 0 and var outside)
        {
            throw new ModelException($"Token {outside} is outside the vocabulary of {manifest.VocabularySize}.");
        }

        long[] shape = [batch.Rows, batch.Tokens];
        Add(EncoderTensors.InputIds, OrtValue.CreateTensorValueFromMemory(batch.Ids, shape));
        if (manifest.AttentionMask)
        {
            Add(EncoderTensors.AttentionMask, OrtValue.CreateTensorValueFromMemory(batch.Mask, shape));
        }

        if (manifest.TokenTypes)
        {
            Add(EncoderTensors.TokenTypeIds, OrtValue.CreateTensorValueFromMemory(batch.Types, shape));
        }
    }

    public IReadOnlyCollection<string> Names => _names;

    public IReadOnlyCollection<OrtValue> Values => _values;

    public void Dispose() => _values.ForEach(value => value.Dispose());

    private void Add(string name, OrtValue value)
    {
        _names.Add(name);
        _values.Add(value);
    }
}
