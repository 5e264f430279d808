using Microsoft.Extensions.Options;
using VisionCluster.Gateway.Admission;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Tasks;

/// <summary>Lets so many tasks in at once.</summary>
internal sealed class TaskAdmission(AdmissionGate gate, IOptions<GatewayOptions> options)
{
    /// <exception cref="RequestException">RESOURCE_EXHAUSTED.</exception>
    public async Task<T> RunAsync<T>(string tenant, Func<Task<T>> work)
    {
        if (!gate.TryEnterTask(tenant))
        {
            throw RequestException.Exhausted(
                $"All {options.Value.Admission.MaxTasks} places for tasks are taken; retry later.", options.Value.Admission.RetryAfter);
        }

        try
        {
            return await work();
        }
        finally
        {
            gate.ExitTask(tenant);
        }
    }
}
