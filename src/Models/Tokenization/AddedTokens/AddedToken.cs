namespace VisionCluster.Models.Tokenization.AddedTokens;

/// <summary>A token that is found in the text before the model sees it.</summary>
/// <param name="SingleWord">Does not match inside a word.</param>
/// <param name="StripLeft">Takes the white space before it.</param>
/// <param name="StripRight">Takes the white space behind it.</param>
/// <param name="Normalized">Is looked for in normalised text, in its own normalised form.</param>
/// <param name="Special">Is skipped by decoding, and never matches what a user wrote.</param>
internal sealed record AddedToken(
    int Id, string Content, bool SingleWord, bool StripLeft, bool StripRight, bool Normalized, bool Special);
