using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Inspection;

/// <summary>A picture of an inspection.</summary>
internal sealed record InspectedPicture(InspectView View, uint? Layer, Picture Picture);
