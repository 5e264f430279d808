using VisionCluster.Models.Exports;
using VisionCluster.Models.Families;
using VisionCluster.Models.Onnx;
using VisionCluster.Models.Quantization;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Compilation;

/// <summary>
/// Compiles a checkpoint (folder or GGUF file) into serving graphs, once: the result is cached on disk under its revision (digest of configuration,
/// weights, precision and compiler version). A folder appears under its final name only when it is complete.
/// </summary>
public sealed class ModelCompiler(ModelCompilerOptions options)
{
    /// <summary>Raise it with every change of what the graphs compute or how they are stored.</summary>
    public const int Version = 8;

    /// <summary>What a model is called unless it is given a name: its folder's name, or a GGUF file's.</summary>
    /// <exception cref="ModelException">The path is an ONNX file that is no decoder.</exception>
    public static string NameOf(string checkpoint)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(checkpoint));
        return ExportLocation.Find(path) is { } export ? Path.GetFileName(export.Folder)
            : File.Exists(path) ? Path.GetFileNameWithoutExtension(path) : Path.GetFileName(path);
    }

    /// <param name="checkpoint">A checkpoint folder, a GGUF file, a ready-made ONNX export, or an imported folder (<see cref="ModelImporter"/>).</param>
    /// <param name="name">What clients call the model; by default what the checkpoint is called.</param>
    /// <param name="progress">What is being done.</param>
    /// <exception cref="ModelException">The checkpoint cannot be honoured.</exception>
    public CompiledModel Compile(string checkpoint, string? name = null, IProgress<string>? progress = null)
    {
        if (ModelImporter.Open(checkpoint, name) is { } imported)
        {
            return imported;
        }

        if (ExportLocation.Find(checkpoint) is { } export)
        {
            return options is { Precision: ModelPrecision.Bf16 or ModelPrecision.Int8 or ModelPrecision.Int4, PrecisionRequired: true }
                ? throw new ModelException($"A ready-made ONNX export keeps its own precision; it cannot become {options.Precision.Name()}.")
                : ExportReader.Open(export, name);
        }

        using var source = CheckpointSource.Open(checkpoint);
        name ??= source.Name;
        var family = ModelFamily.Read(source.ReadConfig());
        var digest = source.ComputeDigest();
        var precision = Precision(source, family);
        var revision = CheckpointDigest.Combine(digest, precision.Name(), (options.KeepBlocks ? "" : "rounded") + (options.Int8Encoders ? "int8 encoders" : "") + (options.Accelerator ? "accelerator" : ""), $"compiler {Version}")[..32];
        var folder = Path.Combine(options.CacheFolder, $"{family.ModelType}-{revision}");
        var manifest = ModelManifest.ReadComplete(folder) is { } cached && cached.Revision == revision && cached.CompilerVersion == Version ? cached : null;
        if (manifest is null)
        {
            progress?.Report($"Compiling {name}");
            manifest = Build(family, source, folder, digest, revision, precision);
        }

        return new CompiledModel(name, source.TextFolder(folder), folder, manifest);
    }

    private ModelManifest Build(ModelFamily family, CheckpointSource source, string folder, string digest, string revision, ModelPrecision precision)
    {
        Directory.CreateDirectory(options.CacheFolder);
        var work = Path.Combine(options.CacheFolder, $".{Path.GetFileName(folder)}.{Guid.NewGuid():N}");
        Directory.CreateDirectory(work);
        try
        {
            source.WriteTextFiles(work);
            ModelParts parts;
            var kernels = !options.Accelerator;
            using (var weights = source.OpenTensors())
            using (var file = new WeightFile(Path.Combine(work, CompiledModel.WeightsFile)))
            {
                var floats = !options.Accelerator ? DataType.Float : precision == ModelPrecision.Bf16 ? DataType.Bfloat16 : DataType.Float16;
                parts = family.Compile(new CompilationTarget(work, weights, file, LinearForm.Of(precision, options.KeepBlocks), options.Int8Encoders, kernels, floats));
                file.Flush();
            }

            var manifest = new ModelManifest
            {
                CompilerVersion = Version,
                Family = family.ModelType,
                SourceDigest = digest,
                Precision = precision.Name(),
                Revision = revision,
                Decoder = parts.Decoder,
                Encoder = parts.Encoder,
                Vision = parts.Vision,
                Text = parts.Text,
                Labels = parts.Labels,
                Similarity = parts.Similarity,
                Files = new DirectoryInfo(work).GetFiles().ToDictionary(f => f.Name, f => f.Length, StringComparer.Ordinal),
            };
            manifest.Write(work);
            Publish(work, folder);
            return manifest;
        }
        finally
        {
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }

    private ModelPrecision Precision(CheckpointSource source, ModelFamily family)
    {
        if (!family.HasDecoder)
        {
            return options.Precision is ModelPrecision.Auto or ModelPrecision.Fp32 || !options.PrecisionRequired ? ModelPrecision.Fp32 : throw new ModelException(
                $"{source.Name} has no decoder, and {options.Precision.Name()} is a form of decoders; leave the precision away.");
        }

        if (options.Accelerator ? options.Precision == ModelPrecision.Fp32 : options.Precision is ModelPrecision.Fp16 or ModelPrecision.Bf16)
        {
            return !options.PrecisionRequired && options.Accelerator ? ModelPrecision.Fp16 : throw new ModelException(options.Accelerator
                ? "ONNX Runtime's attention has no fp32 on a GPU; choose fp16, bf16, int8 or int4."
                : $"{options.Precision.Name()} is for GPUs; on a CPU choose fp32, int8 or int4.");
        }

        if (options.Precision != ModelPrecision.Auto)
        {
            return options.Precision;
        }

        using var tensors = source.OpenTensors();
        return PrecisionChoice.Choose(tensors, options.Accelerator);
    }

    private static void Publish(string work, string folder)
    {
        // A folder that is there but incomplete is a damaged one; a complete one was made meanwhile by another process, and is the same.
        if (Directory.Exists(folder))
        {
            if (ModelManifest.ReadComplete(folder) is not null)
            {
                return;
            }

            Directory.Delete(folder, recursive: true);
        }

        try
        {
            Directory.Move(work, folder);
        }
        catch (IOException) when (ModelManifest.ReadComplete(folder) is not null)
        {
        }
    }
}
