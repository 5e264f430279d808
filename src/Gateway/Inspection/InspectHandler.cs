using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Auth;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Images;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;
using VisionCluster.Gateway.Tasks;

namespace VisionCluster.Gateway.Inspection;

/// <summary>One Inspect call: validate, admit, find the model, then relay the inspector grain's stream.</summary>
internal sealed class InspectHandler(
    IGrainFactory grains,
    TaskAdmission admission,
    ModelRouter router,
    ImageIngest ingest,
    ImageStore store,
    DevicePicker picker,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<InspectHandler> logger)
{
    public Task HandleAsync(InspectRequest request, IServerStreamWriter<InspectResponse> responses, ServerCallContext context)
    {
        InspectValidator.Check(request, options.Value.Limits);
        return admission.RunAsync(context.GetTenant(), async () =>
        {
            var stop = context.CancellationToken;
            var model = await router.FindAsync(request.Model, ModelTask.Inspect, stop);
            var files = await Together.RunAsync(
                request.Images.Select((image, i) => (Func<CancellationToken, Task<ReadOnlyMemory<byte>>>)(
                    token => ReadAsync(context.GetTenant(), model, image, $"images[{i}]", token))),
                stop);
            var bare = request.Clone();
            bare.Images.Clear(); // they travel as files
            await RelayAsync(model, new InspectCommand(bare.ToByteArray(), files), responses, stop);
            return true;
        });
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(
        string tenant, ServedModel model, Image image, string path, CancellationToken cancellationToken)
    {
        if (!model.TakesImages)
            throw RequestException.Invalid($"{path}: model '{model.Name}' takes no images; send text, or choose another model.");
        var ingested = await ingest.IngestAsync(tenant, model, image, split: null, path, cancellationToken);
        return store.Find(tenant, ingested.Key)?.File ?? throw new RequestException(
            StatusCode.FailedPrecondition, $"{path}: of this image only its embedding is left here; send the picture again.");
    }

    private async Task RelayAsync(
        ServedModel model, InspectCommand command, IServerStreamWriter<InspectResponse> responses, CancellationToken stop)
    {
        var retry = new CallRetry(options.Value.Failover, time, logger);
        while (true)
        {
            var device = picker.Choose(model);
            var key = new EncoderKey(model.Name, model.Revision, device.SiloAddress, device.Report.Device);
            var written = false;
            try
            {
                await foreach (var item in grains.GetGrain<IInspectorGrain>(key.ToString()).Inspect(command, stop).WithCancellation(stop))
                {
                    if (item.Refusal is { } refusal)
                        throw StatusMapping.ToException(refusal, options.Value.Admission.RetryAfter);
                    await responses.WriteAsync(InspectResponse.Parser.ParseFrom(item.Response), stop);
                    written = true;
                }

                return;
            }
            catch (Exception e) when (!written && retry.Allows(e, stop))
            {
                await retry.WaitAsync(e, stop);
            }
        }
    }
}
