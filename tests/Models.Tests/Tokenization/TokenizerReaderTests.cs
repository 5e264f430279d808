using System.Text;
using System.Text.Json.Nodes;
using VisionCluster.Models.Tokenization;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Tokenization;

public sealed class TokenizerReaderTests
{
    private const int LargestFuzzed = 200_000;

    [Theory]
    [InlineData("normalizer", """{"type":"Rot13"}""", "normalizer 'Rot13'")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"UnicodeScripts"}]}""", "pre-tokenizer 'UnicodeScripts'")]
    [InlineData("post_processor", """{"type":"Stamp"}""", "post-processor 'Stamp'")]
    [InlineData("decoder", """{"type":"CTC"}""", "decoder 'CTC'")]
    [InlineData("model", """{"type":"WordLevel","vocab":{}}""", "model 'WordLevel'")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":["a b"]}""", "'b'")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":["a"]}""", "no pair")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":2147483647},"merges":[]}""", "2147483647")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":-1},"merges":[]}""", "-1")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":99999999999},"merges":[]}""", "'vocab'")]
    [InlineData("model", """{"type":"BPE","merges":[]}""", "'vocab'")]
    [InlineData("model", """{"type":"Unigram","unk_id":5,"vocab":[["a",0]]}""", "unk_id 5")]
    [InlineData(
        "model", """{"type":"WordPiece","unk_token":"?","continuing_subword_prefix":"","max_input_chars_per_word":1,"vocab":{}}""", "'?'")]
    [InlineData("post_processor", """{"type":"BertProcessing","sep":["x",77],"cls":["y",0]}""", "77")]
    [InlineData("normalizer", """{"type":"Strip","strip_left":true}""", "strip_right")]
    [InlineData("normalizer", """{"type":"Precompiled","precompiled_charsmap":"/////w=="}""", "precompiled_charsmap")]
    [InlineData("version", "\"2.0\"", "2.0")]
    public void Parse_WhatIsNotSupportedOrWrong_IsRefusedByName(string field, string value, string named)
    {
        var json = JsonNode.Parse(TinyTokenizers.Json(TinyTokenizers.AnyModel))!;
        json[field] = JsonNode.Parse(value);
        var error = Assert.Throws<ModelException>(() => Tokenizer.Parse(Encoding.UTF8.GetBytes(json.ToJsonString())));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MissingFolder_IsRefused() =>
        Assert.Throws<ModelException>(() => Tokenizer.Load(Path.Combine(Path.GetTempPath(), "no-such-checkpoint")));

    [Fact]
    public void Load_RolesBesideTheFile_AreKnown()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var added = TinyTokenizers.Added(("<pad>", true, false));
            File.WriteAllText(Path.Combine(folder.FullName, "tokenizer.json"), TinyTokenizers.Json(TinyTokenizers.AnyModel, added: added));
            File.WriteAllText(Path.Combine(folder.FullName, "special_tokens_map.json"), """{"pad_token":"?","eos_token":"?"}""");
            File.WriteAllText(Path.Combine(folder.FullName, "tokenizer_config.json"), """{"pad_token":{"content":"<pad>"},"bos_token":null}""");
            var tokenizer = Tokenizer.Load(folder.FullName);
            Assert.Equal(1, tokenizer.PadTokenId);
            Assert.Equal(["eos_token", "pad_token"], tokenizer.NamedTokens.Keys.Order());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Parse_MutatedFiles_LoadsOrRefuses()
    {
        var random = new Random(20_26);
        var seeds = Fixtures.Folders("tokenizers").Concat(Fixtures.Folders("families"))
            .Select(folder => Path.Combine(folder, "tokenizer.json"))
            .Where(file => File.Exists(file) && new FileInfo(file).Length < LargestFuzzed)
            .Select(File.ReadAllBytes)
            .Append(Encoding.UTF8.GetBytes(TinyTokenizers.Json(TinyTokenizers.AnyModel)))
            .ToArray();
        var end = DateTime.UtcNow + TimeSpan.FromSeconds(3);
        for (var round = 0; round < 400 && DateTime.UtcNow < end; round++)
        {
            var seed = seeds[round % seeds.Length];
            var mutated = round % 2 == 0 ? MutateBytes(seed, random) : MutateNodes(seed, random);
            try
            {
                var tokenizer = Tokenizer.Parse(mutated);
                tokenizer.Decode(tokenizer.Encode("Hello <s> wörld 😀 <|im_end|>\n12"), skipSpecialTokens: false);
            }
            catch (ModelException)
            {
            }
        }
    }

    private static byte[] MutateBytes(byte[] seed, Random random)
    {
        var bytes = seed.ToArray();
        for (var i = random.Next(1, 4); i > 0; i--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static byte[] MutateNodes(byte[] seed, Random random)
    {
        var root = JsonNode.Parse(seed)!;
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var node = root;
            while (ChildOf(node, random) is { } child && random.Next(4) != 0)
                node = child;
            JsonNode?[] replacements =
            [
                null, -1, int.MaxValue, 1e300, "", "(a+)+$", "[", true, new JsonArray(), new JsonObject(),
                new JsonObject { ["type"] = "NFC" },
            ];
            if (node.Parent is not null)
                node.ReplaceWith(replacements[random.Next(replacements.Length)]);
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static JsonNode? ChildOf(JsonNode node, Random random) => node switch
    {
        JsonObject { Count: > 0 } fields => fields.GetAt(random.Next(fields.Count)).Value,
        JsonArray { Count: > 0 } items => items[random.Next(items.Count)],
        _ => null,
    };
}
