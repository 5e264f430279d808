namespace VisionCluster.TestKit;

/// <summary>
/// A Llama of random weights small enough to be written and run by a test: two layers, hidden 64 (or more), four heads, two key-value
/// heads, byte-level tokens.
/// </summary>
public sealed class TinyLlama(int seed = 1, int hidden = 64, int layers = 2)
{
    public const int Heads = 4;
    public const int KvHeads = 2;
    private readonly Random _random = new(seed);

    public int HiddenSize { get; } = hidden;

    public int Intermediate => HiddenSize * 2;

    public int Layers { get; } = layers;

    public int HeadDim => HiddenSize / Heads;

    /// <summary>A byte each, then three control tokens.</summary>
    public static int VocabularySize => 256 + 3;

    /// <summary>Linear layers, by GGUF name without layer and suffix: rows and columns.</summary>
    public IReadOnlyDictionary<string, (int Rows, int Columns)> Matrices => new Dictionary<string, (int, int)>
    {
        ["attn_q"] = (HiddenSize, HiddenSize),
        ["attn_k"] = (KvHeads * HeadDim, HiddenSize),
        ["attn_v"] = (KvHeads * HeadDim, HiddenSize),
        ["attn_output"] = (HiddenSize, HiddenSize),
        ["ffn_gate"] = (Intermediate, HiddenSize),
        ["ffn_up"] = (Intermediate, HiddenSize),
        ["ffn_down"] = (HiddenSize, Intermediate),
    };

    /// <summary>A file's metadata: hyperparameters and a byte-level tokenizer, no tensors yet.</summary>
    public GgufWriter Metadata() => new GgufWriter()
        .Text("general.architecture", "llama")
        .Text("general.name", "tiny")
        .Integer("llama.block_count", (uint)Layers)
        .Integer("llama.context_length", 128)
        .Integer("llama.embedding_length", (uint)HiddenSize)
        .Integer("llama.feed_forward_length", (uint)Intermediate)
        .Integer("llama.attention.head_count", Heads)
        .Integer("llama.attention.head_count_kv", KvHeads)
        .Integer("llama.rope.dimension_count", (uint)HeadDim)
        .Number("llama.rope.freq_base", 10_000)
        .Number("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .Text("tokenizer.ggml.model", "gpt2")
        .Text("tokenizer.ggml.pre", "gpt-2")
        .Texts("tokenizer.ggml.tokens", [.. ByteTokens(), "<s>", "<|im_start|>", "<|im_end|>"])
        .Integers("tokenizer.ggml.token_type", [.. Enumerable.Repeat(1, 256), 3, 3, 3])
        .Texts("tokenizer.ggml.merges", [])
        .Integer("tokenizer.ggml.bos_token_id", 256)
        .Integer("tokenizer.ggml.eos_token_id", 258)
        .Text("tokenizer.chat_template", "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}");

    /// <summary>The whole file. Matrices come from <paramref name="matrix"/>, given GGUF name, rows and columns.</summary>
    public GgufWriter Write(Func<string, int, int, (uint Type, byte[] Bytes)>? matrix = null)
    {
        var writer = Metadata();
        Matrix("token_embd.weight", VocabularySize, HiddenSize);
        writer.Tensor("output_norm.weight", [HiddenSize], Vector());
        for (var layer = 0; layer < Layers; layer++)
        {
            writer.Tensor($"blk.{layer}.attn_norm.weight", [HiddenSize], Vector());
            writer.Tensor($"blk.{layer}.ffn_norm.weight", [HiddenSize], Vector());
            foreach (var (name, (rows, columns)) in Matrices)
            {
                Matrix($"blk.{layer}.{name}.weight", rows, columns);
            }
        }

        return writer;

        void Matrix(string name, int rows, int columns)
        {
            if (matrix?.Invoke(name, rows, columns) is { } given)
            {
                writer.Tensor(name, [rows, columns], given.Type, given.Bytes);
            }
            else
            {
                writer.Tensor(name, [rows, columns], Values(rows * columns, 1.5f / MathF.Sqrt(columns)));
            }
        }
    }

    public float[] Values(int count, float scale) => [.. Enumerable.Range(0, count).Select(_ => (float)((_random.NextDouble() * 2) - 1) * scale)];

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>GPT-2's printable characters for the 256 bytes, in the order of the bytes.</summary>
    private static IEnumerable<string> ByteTokens()
    {
        var next = 0x100;
        for (var value = 0; value < 256; value++)
        {
            yield return ((char)(value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? value : next++)).ToString();
        }
    }

    private float[] Vector() => [.. Values(HiddenSize, 0.2f).Select(value => 1 + value)];
}
