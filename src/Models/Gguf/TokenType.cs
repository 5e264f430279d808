namespace VisionCluster.Models.Gguf;

/// <summary>What a token of <c>tokenizer.ggml.token_type</c> is (<c>llama.h</c>, enum <c>llama_token_type</c>).</summary>
internal enum TokenType
{
    Undefined,
    Normal,
    Unknown,
    Control,
    UserDefined,
    Unused,
    Byte,
}
