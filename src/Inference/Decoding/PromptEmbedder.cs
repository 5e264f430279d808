namespace VisionCluster.Inference.Decoding;

/// <summary>
/// Writes a sequence's embeddings chunk by chunk: text rows from the model's table, image rows from the prompt. Reads forward only, so that
/// a chunk costs what it holds.
/// </summary>
/// <param name="prompt">The prompt with its images.</param>
/// <param name="history">The prompt's ids and the answer's as they come: a placeholder among the latter is text.</param>
internal sealed class PromptEmbedder(PromptTokens prompt, int[] history)
{
    private int _position;
    private int _image;
    private int _row;

    /// <summary>Writes <c>[count, hidden]</c> from position <paramref name="start"/> on.</summary>
    public void Write(IDecoderRunner runner, int start, int count, Span<float> destination)
    {
        Skip(start);
        var hidden = runner.HiddenSize;
        var end = start + count;
        while (_position < end)
        {
            var run = RunLength(end);
            var rows = destination.Slice((_position - start) * hidden, run * hidden);
            if (IsImage(_position))
                CopyImageRows(rows, hidden);
            else
                runner.Embed(history.AsSpan(_position, run), rows);
            _position += run;
        }
    }

    private bool IsImage(int position) => position < prompt.Ids.Length && prompt.IsImage(position);

    /// <summary>Positions from here on that are all text or all image.</summary>
    private int RunLength(int end)
    {
        var image = IsImage(_position);
        var next = _position + 1;
        while (next < end && IsImage(next) == image)
            next++;
        return next - _position;
    }

    private void CopyImageRows(Span<float> rows, int hidden)
    {
        while (rows.Length > 0)
        {
            NextImageWithRows();
            var image = prompt.Images[_image];
            var count = Math.Min(image.Rows - _row, rows.Length / hidden);
            image.Embedding.Span.Slice(_row * hidden, count * hidden).CopyTo(rows);
            rows = rows[(count * hidden)..];
            _row += count;
        }
    }

    private void Skip(int start)
    {
        if (start < _position) // a prefill that starts again
            (_position, _image, _row) = (0, 0, 0);
        for (; _position < start; _position++)
        {
            if (!IsImage(_position))
                continue;
            NextImageWithRows();
            _row++;
        }
    }

    private void NextImageWithRows()
    {
        for (; _row == prompt.Images[_image].Rows; _row = 0)
            _image++;
    }
}
