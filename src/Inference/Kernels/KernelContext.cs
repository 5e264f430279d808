namespace VisionCluster.Inference.Kernels;

/// <summary>One run of a kernel: its tensors and the session's threads.</summary>
internal readonly unsafe ref struct KernelContext(nint handle)
{
    /// <summary>Most sides of a tensor that kernels take.</summary>
    public const int MaxSides = 4;

    /// <summary>The data of an input; null for an optional one that is absent.</summary>
    public T* Input<T>(int index)
        where T : unmanaged => OrtApi.GetInput(handle, index) is var value and not 0 ? (T*)OrtApi.GetData(value) : null;

    /// <summary>The data of an input, and its sides.</summary>
    public T* Input<T>(int index, Span<long> shape, out int sides)
        where T : unmanaged
    {
        var value = OrtApi.GetInput(handle, index);
        sides = OrtApi.GetShape(value, shape);
        return (T*)OrtApi.GetData(value);
    }

    /// <summary>An output of this shape: memory of the session's, or what the caller has bound.</summary>
    public T* Output<T>(int index, ReadOnlySpan<long> shape)
        where T : unmanaged => (T*)OrtApi.GetData(OrtApi.GetOutput(handle, index, shape));

    /// <inheritdoc cref="OrtApi.ParallelFor"/>
    public void ParallelFor(delegate* unmanaged[Cdecl]<void*, nuint, void> function, int count, void* state)
    {
        if (count == 1)
        {
            function(state, 0);
        }
        else if (count > 0)
        {
            OrtApi.ParallelFor(handle, function, count, state);
        }
    }
}
