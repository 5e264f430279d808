using System.Reflection;
using Grpc.Core;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Auth;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Generation;
using VisionCluster.Gateway.Images;
using VisionCluster.Gateway.Inspection;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;
using VisionCluster.Gateway.Tasks;

namespace VisionCluster.Gateway.Services;

/// <summary>visioncluster.v1.VisionService.</summary>
internal sealed class VisionGrpcService(
    GenerateHandler generate,
    ResumeHandler resume,
    ClassifyHandler classify,
    EmbedHandler embed,
    SimilarityHandler similarity,
    InspectHandler inspect,
    RunningGenerations running,
    ImageIngest ingest,
    ModelRouter router,
    DirectoryWatcher directory,
    IOptions<GatewayOptions> options) : VisionService.VisionServiceBase
{
    private static readonly string Version =
        typeof(VisionGrpcService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    public override Task Generate(
        GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context) =>
        generate.HandleAsync(request, responseStream, context);

    public override Task ResumeGeneration(
        ResumeGenerationRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context) =>
        resume.HandleAsync(request, responseStream, context);

    public override async Task<CancelGenerationResponse> CancelGeneration(CancelGenerationRequest request, ServerCallContext context)
    {
        if (request.RequestId.Length == 0)
            throw RequestException.Invalid("request_id is empty; send the id from `accepted`.");
        GenerateValidator.CheckId(request.RequestId, "request_id");
        return new CancelGenerationResponse { Cancelled = await running.CancelAsync(context.GetTenant(), request.RequestId) };
    }

    public override async Task<UploadImageResponse> UploadImage(UploadImageRequest request, ServerCallContext context)
    {
        if (request.Data.IsEmpty)
            throw RequestException.Invalid("data is empty; send the picture's bytes.");
        var model = await router.FindAsync(request.Model, context.CancellationToken);
        if (!model.TakesImages)
            throw RequestException.Invalid($"model: '{model.Name}' takes no images; choose another model.");
        var image = await ingest.IngestAsync(
            context.GetTenant(), model, new Image { Data = request.Data }, split: null, "data", context.CancellationToken);
        return new UploadImageResponse
        {
            Key = image.Key,
            Width = (uint)image.Info!.Width,
            Height = (uint)image.Info.Height,
            Format = image.Info.Format.ToString().ToLowerInvariant(),
        };
    }

    public override async Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
    {
        await directory.RefreshAsync(context.CancellationToken); // load figures of this moment
        var response = new ListModelsResponse();
        var defaultModel = router.DefaultModel;
        response.Models.AddRange(directory.Current.All.Select(m => ModelMapping.ToModel(m, m.Name == defaultModel)));
        return response;
    }

    public override Task<GetServerInfoResponse> GetServerInfo(GetServerInfoRequest request, ServerCallContext context)
    {
        var limits = options.Value.Limits;
        return Task.FromResult(new GetServerInfoResponse
        {
            Version = Version,
            DefaultModel = router.DefaultModel,
            Limits = new RequestLimits
            {
                MaxMessageBytes = (ulong)options.Value.MaxMessageBytes,
                MaxImageBytes = (uint)limits.Image.MaxBytes,
                MaxImageSide = (uint)limits.Image.MaxSide,
                MaxImagePixels = (ulong)limits.Image.MaxPixels,
                MaxImages = (uint)limits.MaxImages,
                MaxMessages = (uint)limits.MaxMessages,
                MaxTextChars = (uint)limits.MaxTextChars,
                MaxTexts = (uint)limits.MaxTexts,
            },
        });
    }

    public override Task<ClassifyResponse> Classify(ClassifyRequest request, ServerCallContext context) =>
        classify.HandleAsync(context.GetTenant(), request, context.CancellationToken);

    public override Task<EmbedResponse> Embed(EmbedRequest request, ServerCallContext context) =>
        embed.HandleAsync(context.GetTenant(), request, context.CancellationToken);

    public override Task<SimilarityResponse> Similarity(SimilarityRequest request, ServerCallContext context) =>
        similarity.HandleAsync(context.GetTenant(), request, context.CancellationToken);

    public override Task Inspect(InspectRequest request, IServerStreamWriter<InspectResponse> responseStream, ServerCallContext context) =>
        inspect.HandleAsync(request, responseStream, context);
}
