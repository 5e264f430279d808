namespace VisionCluster.Models.Exports;

/// <summary>Type of the elements of a tensor that an export takes or gives.</summary>
public enum ExportElement
{
    Float32,

    Float16,

    Int64,

    Bool,
}
