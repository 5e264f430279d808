using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tasks;

/// <summary>One Similarity call.</summary>
internal sealed class SimilarityHandler(
    TaskAdmission admission, ModelRouter router, TaskImages images, TaskCaller caller, IOptions<GatewayOptions> options)
{
    public Task<SimilarityResponse> HandleAsync(string tenant, SimilarityRequest request, CancellationToken cancellationToken)
    {
        TaskValidator.Check(request, options.Value.Limits);
        return admission.RunAsync(tenant, async () =>
        {
            var model = await router.FindAsync(request.Model, ModelTask.Similarity, cancellationToken);
            var encoded = await images.EncodeAsync(tenant, model, [.. request.Images.Select((image, i) => (image, $"images[{i}]"))], cancellationToken);
            var command = new SimilarityCommand(encoded, [.. request.Texts]);
            var reply = await caller.CallAsync(model, grain => grain.Compare(command, cancellationToken), reply => reply.Refusal, cancellationToken);
            var response = new SimilarityResponse
            {
                Model = model.Name,
                Judgement = reply.Sigmoid ? SimilarityResponse.Types.Judgement.Sigmoid : SimilarityResponse.Types.Judgement.Softmax,
            };
            response.Logits.AddRange(MemoryMarshal.Cast<byte, float>(reply.Logits).ToArray());
            response.Probabilities.AddRange(MemoryMarshal.Cast<byte, float>(reply.Probabilities).ToArray());
            return response;
        });
    }
}
