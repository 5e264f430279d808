namespace VisionCluster.Inference.Tasks;

/// <summary>A text on its way through the encoder.</summary>
internal sealed class TextJob(int[] ids, int[] mask, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<float[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int[] Ids { get; } = ids;

    public int[] Mask { get; } = mask;

    public Task<float[]> Completion => _completion.Task;

    /// <summary>False, and over, when its caller has left.</summary>
    public bool IsWanted => !cancellationToken.IsCancellationRequested || !_completion.TrySetCanceled(cancellationToken);

    public void Complete(float[] features) => _completion.TrySetResult(features);

    public void Fail(Exception exception) => _completion.TrySetException(exception);
}
