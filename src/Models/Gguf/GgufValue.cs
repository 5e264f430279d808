namespace VisionCluster.Models.Gguf;

/// <summary>Where a metadata value lies in its file; it is decoded when it is asked for.</summary>
/// <param name="Type">Of the value; of the elements where it is an array.</param>
/// <param name="IsArray">Whether it is an array.</param>
/// <param name="Offset">First byte of the value, of a string's text, or of an array's first element.</param>
/// <param name="Count">Bytes of a string; elements of an array; otherwise 1.</param>
internal readonly record struct GgufValue(GgufValueType Type, bool IsArray, long Offset, long Count);
