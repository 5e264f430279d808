namespace VisionCluster.Silo.Administration;

/// <summary>How this silo loads models at run time; a silo without one loads none.</summary>
/// <param name="Prepare">Compiles.</param>
/// <param name="ShippedRoots">Folders of the models that ship with the program.</param>
internal sealed record LoadSource(Func<LoadOrder, IProgress<string>, PreparedModel> Prepare, IReadOnlyList<string> ShippedRoots);
