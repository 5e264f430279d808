namespace VisionCluster.Gateway.Routing;

/// <summary>A prompt's beginning.</summary>
/// <param name="Key">Hash of everything from the tenant and the model to the end of the block.</param>
/// <param name="Tokens">From the prompt's first token to the end of the block, estimated.</param>
internal readonly record struct PrefixBlock(UInt128 Key, int Tokens);
