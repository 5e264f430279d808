namespace VisionCluster.Models.Tokenization.Algorithms;

/// <summary>What a BPE model's part of tokenizer.json says besides vocabulary and merges.</summary>
/// <param name="UnknownId">For characters that are not in the vocabulary; without it they are dropped.</param>
/// <param name="ContinuingPrefix">Put before every character but a word's first.</param>
/// <param name="EndSuffix">Put behind a word's last character (CLIP's <c>&lt;/w&gt;</c>).</param>
/// <param name="FuseUnknown">A run of unknown characters is one token.</param>
/// <param name="ByteFallback">Unknown characters become byte tokens.</param>
/// <param name="IgnoreMerges">A word that is in the vocabulary is that token, whatever the merges say.</param>
internal sealed record BpeOptions(
    int? UnknownId, string ContinuingPrefix, string EndSuffix, bool FuseUnknown, bool ByteFallback, bool IgnoreMerges);
