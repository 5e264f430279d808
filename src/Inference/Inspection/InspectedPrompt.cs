using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Inspection;

/// <summary>A prompt to look into.</summary>
/// <param name="Prompt">Its tokens and images.</param>
/// <param name="AnswerTokens">How many of them, at the end, the model wrote.</param>
internal sealed record InspectedPrompt(PromptTokens Prompt, int AnswerTokens);
