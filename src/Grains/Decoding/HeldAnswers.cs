using Microsoft.Extensions.Options;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// Counts answers that are complete but not yet known to have reached their client, so that lost gateways cannot fill a silo's memory.
/// Bounded by <see cref="DecoderOptions.MaxHeldAnswers"/>. Thread-safe.
/// </summary>
internal sealed class HeldAnswers(IOptions<DecoderOptions> options)
{
    private int _held;

    public bool TryHold()
    {
        if (Interlocked.Increment(ref _held) <= options.Value.MaxHeldAnswers)
            return true;
        Interlocked.Decrement(ref _held);
        return false;
    }

    public void Release() => Interlocked.Decrement(ref _held);
}
