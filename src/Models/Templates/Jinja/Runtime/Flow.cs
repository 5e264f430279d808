namespace VisionCluster.Models.Templates.Jinja;

/// <summary>How a statement ended: go on, or leave or restart the innermost loop.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}
