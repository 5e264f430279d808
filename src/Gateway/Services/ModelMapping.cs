using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Services;

/// <summary>From the directory's view to protobuf.</summary>
internal static class ModelMapping
{
    public static Model ToModel(ServedModel model, bool isDefault)
    {
        var mapped = new Model
        {
            Name = model.Name,
            Revision = model.Revision,
            Family = model.Description.Family,
            IsDefault = isDefault,
            ContextTokens = (uint)model.Description.ContextTokens,
            Precision = model.Description.Precision,
        };
        mapped.Tasks.AddRange(model.Description.Tasks);
        mapped.Devices.AddRange(model.Devices.OrderBy(d => d.Id, StringComparer.Ordinal).Select(ToDevice));
        return mapped;
    }

    private static Device ToDevice(ModelDevice device) => new()
    {
        Id = device.Id,
        Kind = device.Report.Device.Split(':')[0],
        KvSlots = (uint)device.Report.KvSlots,
        KvSlotsFree = (uint)device.Report.KvSlotsFree,
        Running = (uint)device.Report.Running,
        Waiting = (uint)device.Report.Waiting,
    };
}
