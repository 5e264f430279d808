using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tasks;

/// <summary>One Classify call.</summary>
internal sealed class ClassifyHandler(
    TaskAdmission admission, ModelRouter router, TaskImages images, TaskCaller caller, IOptions<GatewayOptions> options)
{
    public Task<ClassifyResponse> HandleAsync(string tenant, ClassifyRequest request, CancellationToken cancellationToken)
    {
        var top = TaskValidator.Check(request, options.Value.Limits);
        return admission.RunAsync(tenant, async () =>
        {
            var model = await router.FindAsync(request.Model, ModelTask.Classify, cancellationToken);
            var encoded = await images.EncodeAsync(tenant, model, [.. request.Images.Select((image, i) => (image, $"images[{i}]"))], cancellationToken);
            var reply = await caller.CallAsync(
                model, grain => grain.Classify(new ClassifyCommand(encoded, top), cancellationToken), reply => reply.Refusal, cancellationToken);
            var response = new ClassifyResponse { Model = model.Name };
            response.Results.AddRange(reply.Results!.Select(ToClassification));
            return response;
        });
    }

    private static Classification ToClassification(ClassLabel[] labels)
    {
        var classification = new Classification();
        classification.Labels.AddRange(labels.Select(l => new Label { Index = (uint)l.Index, Name = l.Name, Probability = l.Probability }));
        return classification;
    }
}
