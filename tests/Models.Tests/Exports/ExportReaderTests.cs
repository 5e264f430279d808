using Google.Protobuf;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Exports;
using VisionCluster.Models.Onnx.Protocol;
using VisionCluster.TestKit;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Tests.Exports;

/// <summary>Exports that cannot be run are refused with one sentence before ONNX Runtime sees them.</summary>
public sealed class ExportReaderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("export-").FullName;
    private readonly string _folder;

    public ExportReaderTests()
    {
        _folder = Path.Combine(_root, "emoji");
        OnnxExporter.Export(Fixtures.EmojiVlm, _folder);
    }

    private string Graphs => Path.Combine(_folder, "onnx");

    private string Decoder => Path.Combine(Graphs, "decoder_model_merged.onnx");

    [Fact]
    public void Open_FolderGraphFolderOrDecoderFile_MeansTheExport()
    {
        var model = Compile(_folder);

        Assert.Equal(("emoji", "fp32", "idefics3"), (model.Name, model.Manifest.Precision, model.Manifest.Family));
        Assert.Equal(model.Manifest.Revision, Compile(Graphs).Manifest.Revision);
        Assert.Equal(model.Manifest.Revision, Compile(Decoder).Manifest.Revision);
        Assert.Equal("emoji", Compile(Decoder).Name);
    }

    [Fact]
    public void Open_FolderWithSafetensorsToo_TheyWinUnlessAskedOtherwise()
    {
        File.Copy(Path.Combine(Fixtures.EmojiVlm, "model.safetensors"), Path.Combine(_folder, "model.safetensors"));

        Assert.Null(Compile(_folder).Export);
        Assert.NotNull(Compile(Graphs).Export);
    }

    [Fact]
    public void Import_Export_CopiesWhatItNeeds()
    {
        File.Copy(Decoder, Path.Combine(Graphs, "decoder_model_merged_q4.onnx"));
        var output = Path.Combine(_root, "imported");

        var model = ModelImporter.Import(_folder, output, new ModelCompilerOptions { CacheFolder = Path.Combine(_root, "cache") });

        Assert.Equal(Compile(_folder).Manifest.Revision, model.Manifest.Revision);
        Assert.Equal(model.Manifest.Revision, Compile(output).Manifest.Revision);
        Assert.False(File.Exists(Path.Combine(output, "onnx", "decoder_model_merged_q4.onnx")));
        Assert.True(File.Exists(Path.Combine(output, "tokenizer.json")));
    }

    [Theory]
    [InlineData("_fp16", "fp16")]
    [InlineData("_quantized", "q8")]
    [InlineData("_q8", "q8")]
    [InlineData("_int8", "int8")]
    [InlineData("_uint8", "uint8")]
    [InlineData("_q4", "q4")]
    [InlineData("_bnb4", "bnb4")]
    public void Open_Variant_TakesItsGraphsAndTheMostExactOfOthers(string suffix, string precision)
    {
        File.Copy(Decoder, Path.Combine(Graphs, $"decoder_model_merged{suffix}.onnx"));
        File.Copy(Path.Combine(Graphs, "embed_tokens.onnx"), Path.Combine(Graphs, $"embed_tokens{suffix}.onnx"));

        var model = Compile(Path.Combine(Graphs, $"decoder_model_merged{suffix}.onnx"));
        var exact = Compile(_folder);
        File.Delete(Decoder);

        Assert.Equal(precision, model.Manifest.Precision);
        Assert.EndsWith($"embed_tokens{suffix}.onnx", model.Export!.Embedder!.Path, StringComparison.Ordinal);
        Assert.EndsWith("vision_encoder.onnx", model.Export.Encoder!.Path, StringComparison.Ordinal);
        Assert.Equal("fp32", exact.Manifest.Precision);
        Assert.Equal(precision, Compile(_folder).Manifest.Precision);
    }

    [Fact]
    public void Open_WeightsChanged_NewRevision()
    {
        var before = Compile(_folder).Manifest.Revision;
        var data = Path.Combine(Graphs, "embed_tokens.onnx_data");
        var bytes = File.ReadAllBytes(data);
        bytes[^1] ^= 1;
        File.WriteAllBytes(data, bytes);

        Assert.NotEqual(before, Compile(_folder).Manifest.Revision);
    }

    [Theory]
    [InlineData("vision_encoder.onnx", "lacks vision_encoder.onnx")]
    [InlineData("embed_tokens.onnx", "lacks embed_tokens.onnx")]
    [InlineData("embed_tokens.onnx_data", "needs the file embed_tokens.onnx_data, which is missing")]
    public void Open_FileMissing_Named(string file, string expected)
    {
        File.Delete(Path.Combine(Graphs, file));

        Refused(expected);
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../secret.bin")]
    [InlineData("..\\secret.bin")]
    [InlineData("C:secret.bin")]
    [InlineData("*/_ORT_MEM_ADDR_/*")]
    [InlineData("..")]
    [InlineData("")]
    public void Open_ExternalDataOutsideTheFolder_Refused(string location)
    {
        File.WriteAllBytes(Path.Combine(_folder, "secret.bin"), new byte[1 << 20]);
        Edit(graph => graph.Initializer.First(IsExternal).ExternalData.Single(entry => entry.Key == "location").Value = location);

        Refused("outside the model's folder");
    }

    [Fact]
    public void Open_ExternalDataThroughALink_RefusedUnlessItStaysInside()
    {
        var data = Path.Combine(Graphs, "embed_tokens.onnx_data");
        File.Move(data, Path.Combine(Graphs, "blob"));
        File.CreateSymbolicLink(data, Path.Combine(Graphs, "blob"));
        Assert.NotNull(Compile(_folder).Export);

        File.Move(Path.Combine(Graphs, "blob"), Path.Combine(_root, "blob"));
        File.Delete(data);
        File.CreateSymbolicLink(data, Path.Combine(_root, "blob"));
        Refused("is a link");
    }

    /// <summary>The hub's own cache keeps every file elsewhere, and links to it.</summary>
    [Fact]
    public void Open_GraphAndDataBothLinksToOneFolder_Accepted()
    {
        var blobs = Directory.CreateDirectory(Path.Combine(_root, "blobs")).FullName;
        foreach (var file in Directory.GetFiles(Graphs))
        {
            File.Move(file, Path.Combine(blobs, Path.GetFileName(file)));
            File.CreateSymbolicLink(file, Path.Combine(blobs, Path.GetFileName(file)));
        }

        Assert.NotNull(Compile(_folder).Export);
    }

    [Theory]
    [InlineData("offset", "999999999999", "does not hold")]
    [InlineData("length", "1", "does not hold")]
    [InlineData("length", "9223372036854775807", "does not hold")]
    [InlineData("offset", "-4096", "has the offset")]
    public void Open_ExternalDataBeyondItsFile_Refused(string key, string value, string expected)
    {
        Edit(graph => graph.Initializer.First(IsExternal).ExternalData.Single(entry => entry.Key == key).Value = value);

        Refused(expected);
    }

    [Theory]
    [InlineData(new[] { 1L << 40, 1L << 40 }, "impossible shape")]
    [InlineData(new[] { long.MaxValue, long.MaxValue, 2L }, "impossible shape")]
    [InlineData(new[] { -1L }, "impossible shape")]
    [InlineData(new[] { 1L << 40 }, "declares 1099511627776 elements in 8 bytes")]
    public void Open_HugeTensor_Refused(long[] shape, string expected)
    {
        Edit(graph =>
        {
            var tensor = new TensorProto { Name = "huge", DataType = (int)DataType.Float, RawData = ByteString.CopyFrom(new byte[8]) };
            tensor.Dims.AddRange(shape);
            graph.Initializer.Add(tensor);
        });

        Refused(expected);
    }

    [Theory]
    [InlineData("a constant", "outside the model's folder")]
    [InlineData("a branch", "outside the model's folder")]
    public void Open_ExternalDataInsideNodes_RefusedToo(string place, string expected)
    {
        var tensor = new TensorProto { Name = "hidden", DataType = (int)DataType.Float, Dims = { 1 }, DataLocation = DataLocation.External };
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "../secret.bin" });
        var constant = new NodeProto { OpType = "Constant", Output = { "c" } };
        constant.Attribute.Add(new AttributeProto { Name = "value", T = tensor, Type = AttributeProto.Types.AttributeType.Tensor });
        var branch = new NodeProto { OpType = "If", Output = { "d" } };
        branch.Attribute.Add(new AttributeProto { Name = "then_branch", G = new GraphProto { Node = { constant } }, Type = AttributeProto.Types.AttributeType.Graph });
        Edit(graph => graph.Node.Add(place == "a branch" ? branch : constant));

        Refused(expected);
    }

    [Theory]
    [InlineData("past_key_values.0.key", null, "without a key-value cache is not served")]
    [InlineData("past_key_values.3.value", null, "has no input past_key_values.3.value")]
    [InlineData("inputs_embeds", null, "either input_ids or inputs_embeds")]
    [InlineData("position_ids", "token_type_ids", "asks for the input token_type_ids, which is not known here")]
    [InlineData("past_key_values.3.value", "past_key_values.4.value", "has no input past_key_values.3.value")]
    public void Open_InputMissingOrUnknown_Named(string input, string? newName, string expected)
    {
        Edit(graph =>
        {
            var value = graph.Input.Single(candidate => candidate.Name == input);
            _ = newName is null ? graph.Input.Remove(value) : (value.Name = newName) == newName;
        });

        Refused(expected);
    }

    [Fact]
    public void Open_TypeOrSizeOtherThanConfigured_Named()
    {
        Edit(graph => graph.Input.Single(value => value.Name == "position_ids").Type.TensorType.ElemType = (int)DataType.Int32);
        Refused("has position_ids of type Int32");

        Edit(graph =>
        {
            graph.Input.Single(value => value.Name == "position_ids").Type.TensorType.ElemType = (int)DataType.Int64;
            graph.Input.Single(value => value.Name == "past_key_values.1.key").Type.TensorType.Shape.Dim[1].DimValue = 7;
        });
        Refused("the configuration asks for [1, 2, ?, 64]");

        Edit(graph =>
        {
            graph.Input.Single(value => value.Name == "past_key_values.1.key").Type.TensorType.Shape.Dim[1].DimValue = 2;
            graph.Input.Single(value => value.Name == "inputs_embeds").Type.TensorType.Shape.Dim[1].DimValue = 128;
        });
        Refused("inputs_embeds of shape [?, 128, 256]; the configuration asks for [1, ?, 256]");
    }

    [Theory]
    [InlineData("vit")]
    [InlineData("llava")]
    [InlineData("bert")]
    public void Open_FamilyWithoutExports_RefusedByName(string family)
    {
        var fixture = Path.Combine(Fixtures.Root, "families", family, "config.json");
        Assert.SkipUnless(File.Exists(fixture), "No such fixture.");
        File.Copy(fixture, Path.Combine(_folder, "config.json"), overwrite: true);

        Refused($"ONNX exports of model type {family} are not read");
    }

    [Fact]
    public void Open_FileOfAnotherKind_Refused() =>
        Assert.Contains("is not the decoder of an export", Assert.Throws<ModelException>(() => Compile(Path.Combine(Graphs, "vision_encoder.onnx"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Open_TruncatedOrEmpty_Refused()
    {
        var bytes = File.ReadAllBytes(Decoder);
        File.WriteAllBytes(Decoder, bytes[..(bytes.Length / 2)]);
        Refused("not a well-formed ONNX graph");
        File.WriteAllBytes(Decoder, []);
        Refused("has 0 bytes");
        File.WriteAllText(Decoder, "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
        Refused("not a well-formed ONNX graph");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static bool IsExternal(TensorProto tensor) => tensor.DataLocation == DataLocation.External;

    private CompiledModel Compile(string path) => new ModelCompiler(new ModelCompilerOptions { CacheFolder = Path.Combine(_root, "cache") }).Compile(path);

    private void Edit(Action<GraphProto> change)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Decoder));
        change(model.Graph);
        File.WriteAllBytes(Decoder, model.ToByteArray());
    }

    private void Refused(string expected)
    {
        var error = Assert.Throws<ModelException>(() => Compile(_folder));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_root, error.Message, StringComparison.Ordinal);
    }
}
