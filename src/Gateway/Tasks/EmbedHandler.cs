using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tasks;

/// <summary>One Embed call.</summary>
internal sealed class EmbedHandler(
    TaskAdmission admission, ModelRouter router, TaskImages images, TaskCaller caller, IOptions<GatewayOptions> options)
{
    public Task<EmbedResponse> HandleAsync(string tenant, EmbedRequest request, CancellationToken cancellationToken)
    {
        TaskValidator.Check(request, options.Value.Limits);
        return admission.RunAsync(tenant, async () =>
        {
            var model = await router.FindAsync(request.Model, ModelTask.Embed, cancellationToken);
            var command = new EmbedCommand(await InputsAsync(tenant, model, request, cancellationToken), ToPooling(request.Pooling), request.Normalize);
            var reply = await caller.CallAsync(model, grain => grain.Embed(command, cancellationToken), reply => reply.Refusal, cancellationToken);
            var response = new EmbedResponse { Model = model.Name, TextTokens = (uint)reply.TextTokens };
            response.Vectors.AddRange(reply.Vectors!.Select(vector => ToVector(vector, request.Encoding)));
            return response;
        });
    }

    private static Vector ToVector(byte[] values, VectorEncoding encoding)
    {
        if (encoding == VectorEncoding.Packed)
            return new Vector { Packed = UnsafeByteOperations.UnsafeWrap(values) };
        var vector = new Vector();
        vector.Values.AddRange(MemoryMarshal.Cast<byte, float>(values).ToArray());
        return vector;
    }

    private static EmbeddingPooling ToPooling(Pooling pooling) => pooling switch
    {
        Pooling.Cls => EmbeddingPooling.Cls,
        Pooling.Mean => EmbeddingPooling.Mean,
        Pooling.Pooled => EmbeddingPooling.Pooled,
        Pooling.Projection => EmbeddingPooling.Projection,
        _ => EmbeddingPooling.Default,
    };

    private async Task<EmbedItem[]> InputsAsync(string tenant, ServedModel model, EmbedRequest request, CancellationToken cancellationToken)
    {
        var pictures = request.Inputs.Select((input, i) => (input.Image, Path: $"inputs[{i}].image")).Where(x => x.Image is not null).ToList();
        var encoded = new Queue<EmbeddingData>(await images.EncodeAsync(tenant, model, pictures, cancellationToken));
        return [.. request.Inputs.Select(i => i.Image is null ? new EmbedItem(i.Text, null) : new EmbedItem(null, encoded.Dequeue()))];
    }
}
