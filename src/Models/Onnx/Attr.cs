using Google.Protobuf;
using VisionCluster.Models.Onnx.Protocol;
using static VisionCluster.Models.Onnx.Protocol.AttributeProto.Types;

namespace VisionCluster.Models.Onnx;

/// <summary>A node's attribute.</summary>
internal readonly struct Attr
{
    private Attr(AttributeProto proto) => Proto = proto;

    public AttributeProto Proto { get; }

    public static Attr Int(string name, long value) => new(new AttributeProto { Name = name, Type = AttributeType.Int, I = value });

    public static Attr Float(string name, float value) => new(new AttributeProto { Name = name, Type = AttributeType.Float, F = value });

    public static Attr String(string name, string value) =>
        new(new AttributeProto { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) });

    public static Attr Ints(string name, params ReadOnlySpan<long> values)
    {
        var proto = new AttributeProto { Name = name, Type = AttributeType.Ints };
        foreach (var value in values)
        {
            proto.Ints.Add(value);
        }

        return new Attr(proto);
    }
}
