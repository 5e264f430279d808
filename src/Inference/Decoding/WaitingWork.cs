namespace VisionCluster.Inference.Decoding;

/// <summary>Tokens that wait in an engine, of one tenant and priority.</summary>
/// <param name="Owner">Whose.</param>
/// <param name="Priority">Of all of them.</param>
/// <param name="Requests">Generations.</param>
/// <param name="PromptTokens">To be prefilled.</param>
/// <param name="OutputTokens">To be generated, as far as can be foreseen.</param>
public readonly record struct WaitingWork(WorkOwner Owner, int Priority, int Requests, long PromptTokens, long OutputTokens);
