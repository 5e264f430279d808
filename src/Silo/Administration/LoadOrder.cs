namespace VisionCluster.Silo.Administration;

/// <summary>A load that was found to be allowed.</summary>
/// <param name="Id">Names it in reports.</param>
/// <param name="Source">As it was asked for.</param>
/// <param name="Path">Where that is: an absolute path without links.</param>
/// <param name="Name">What clients will call the model.</param>
/// <param name="Precision">fp32, int8, int4 or auto; empty: as configured.</param>
/// <param name="Replace">Other revisions of the name leave once it is loaded.</param>
/// <param name="Hold">It serves no new sessions before it is chosen.</param>
internal sealed record LoadOrder(string Id, string Source, string Path, string Name, string Precision, bool Replace, bool Hold);
