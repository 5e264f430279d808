using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Admission;
using VisionCluster.Gateway.Auth;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Generation;

/// <summary>
/// One Generate call: validate, admit, find the model, then relay under the caller's, the request's and the user's cancellation.
/// </summary>
internal sealed class GenerateHandler(
    ModelRouter router,
    GenerationRelay relay,
    RunningGenerations running,
    LoadAdmission admission,
    TenantWeights weights,
    GatewayLeave leave,
    IOptions<GatewayOptions> options,
    TimeProvider time)
{
    public async Task HandleAsync(GenerateRequest request, IServerStreamWriter<GenerateResponse> responses, ServerCallContext context)
    {
        var clock = new GenerationClock(time);
        GenerateValidator.Check(request, options.Value.Limits, options.Value.Failover.MaxResumeWindow);
        leave.ThrowIfLeaving();
        var model = await router.FindAsync(request.Model, context.CancellationToken);
        if (!model.Generates)
        {
            var tasks = string.Join(", ", model.Description.Tasks);
            throw RequestException.Invalid($"model: '{model.Name}' does not generate text; its tasks are: {tasks}.");
        }

        var (tenant, left) = (context.GetTenant(), TimeLeft(request, context));
        if (left <= TimeSpan.Zero)
            throw DeadlineExceeded();
        var cost = CostEstimator.Estimate(request, model.Load);
        if (!admission.TryAdmit(
            new AdmissionRequest(model, cost, tenant, weights.Of(tenant), request.Priority, left), out var ticket, out var refusal))
        {
            StatusMapping.Refuse(context, refusal.Message, refusal.RetryAfter);
            return;
        }

        using var activity = GatewayTrace.Generation(model.Name, model.Revision);
        try
        {
            using (ticket)
                await HandleAdmittedAsync(request, model, ticket, responses, context, clock);
        }
        catch (Exception e) when (activity.Failed(e))
        {
            throw; // never reached: the filter only takes note
        }
    }

    private async Task HandleAdmittedAsync(
        GenerateRequest request,
        ServedModel model,
        AdmissionTicket ticket,
        IServerStreamWriter<GenerateResponse> responses,
        ServerCallContext context,
        GenerationClock clock)
    {
        using var deadline = request.DeadlineMs > 0
            ? new CancellationTokenSource(TimeSpan.FromMilliseconds(request.DeadlineMs), time)
            : new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, deadline.Token);
        var requestId = request.RequestId.Length > 0 ? request.RequestId : Guid.CreateVersion7().ToString("N");
        var generation = running.Start(context.GetTenant(), requestId);
        try
        {
            var seed = request.Sampling is { HasSeed: true } sampling ? sampling.Seed : RandomSeed();
            var command = CommandMapping.ToCommand(request, requestId, model, seed) with
            {
                TimeLeft = ticket.Request.TimeLeft,
                TenantWeight = ticket.Request.Weight,
            };
            var call = new GenerationCall(request.SessionId, generation, command, clock) { Ticket = ticket };
            await relay.RunAsync(request, call, model, responses, stop.Token);
        }
        catch (OperationCanceledException) when (IsDeadline(deadline, context))
        {
            throw DeadlineExceeded();
        }
        finally
        {
            running.End(generation);
        }
    }

    internal static RequestException DeadlineExceeded() =>
        new(StatusCode.DeadlineExceeded, "The deadline passed before the answer was complete; allow more time, or fewer tokens.");

    private static ulong RandomSeed() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private bool IsDeadline(CancellationTokenSource deadline, ServerCallContext context) =>
        deadline.IsCancellationRequested || context.Deadline <= time.GetUtcNow().UtcDateTime;

    private TimeSpan? TimeLeft(GenerateRequest request, ServerCallContext context)
    {
        TimeSpan? own = request.DeadlineMs > 0 ? TimeSpan.FromMilliseconds(request.DeadlineMs) : null;
        TimeSpan? calls = context.Deadline < DateTime.MaxValue ? context.Deadline - time.GetUtcNow().UtcDateTime : null;
        return own is null || calls < own ? calls : own;
    }
}
