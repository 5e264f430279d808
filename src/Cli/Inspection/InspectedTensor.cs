using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Inspection;

/// <summary>A tensor of an inspection, put together from its pieces.</summary>
/// <param name="View">What it shows.</param>
/// <param name="Layer">Of which layer.</param>
/// <param name="Image">Of which image; null for text.</param>
/// <param name="Shape">Sequences first.</param>
/// <param name="Values">Row by row.</param>
internal sealed record InspectedTensor(InspectView View, uint? Layer, uint? Image, int[] Shape, float[] Values)
{
    public ReadOnlySpan<float> Row(int index) => Values.AsSpan(index * Shape[^1], Shape[^1]);
}
