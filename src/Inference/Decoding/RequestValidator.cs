namespace VisionCluster.Inference.Decoding;

/// <summary>Finds every broken promise of a request before it meets the device.</summary>
internal static class RequestValidator
{
    /// <exception cref="ArgumentException">Says everything that is wrong.</exception>
    public static void Check(GenerationRequest request, int hiddenSize, int vocabularySize)
    {
        var errors = new List<string>();
        errors.AddRange(request.Sampling.Validate(vocabularySize));
        errors.AddRange(request.Stop.Validate());
        CheckPrompt(request.Prompt, hiddenSize, vocabularySize, errors);
        if (request.AnsweredTokens < 0 || request.AnsweredTokens > Math.Min(request.Prompt.Ids.Length, request.Stop.MaxTokens))
            errors.Add($"{request.AnsweredTokens} answered tokens are more than the prompt or max_tokens has.");
        if (!(request.TenantWeight > 0) || !double.IsFinite(request.TenantWeight))
            errors.Add($"The tenant's weight must be a positive number, not {request.TenantWeight}.");
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(' ', errors), nameof(request));
    }

    private static void CheckPrompt(PromptTokens prompt, int hiddenSize, int vocabularySize, List<string> errors)
    {
        if (prompt.Ids.Length == 0)
            errors.Add("The prompt must hold at least one token.");
        var placeholders = 0;
        for (var position = 0; position < prompt.Ids.Length; position++)
        {
            if (prompt.IsImage(position))
                placeholders++;
            else if ((uint)prompt.Ids[position] >= (uint)vocabularySize)
            {
                errors.Add($"Token {prompt.Ids[position]} at position {position} is not in the vocabulary of {vocabularySize}.");
                break;
            }
        }
        long rows = 0;
        foreach (var image in prompt.Images)
        {
            rows += image.Rows;
            var values = (long)image.Rows * hiddenSize;
            if (image.Rows < 0 || image.Embedding.Length != values)
                errors.Add($"An image of {image.Rows} rows must hold {values} values, not {image.Embedding.Length}.");
        }
        if (rows != placeholders)
            errors.Add($"The prompt has {placeholders} image placeholders, but its images have {rows} rows.");
    }
}
