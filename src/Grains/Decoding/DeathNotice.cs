using Orleans.Runtime;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// Tells the gateways that follow answers on this silo of another silo's death, as soon as the cluster has declared it: they would hear from the
/// device directory, which may have been on the dead silo itself.
/// </summary>
internal sealed class DeathNotice(IClusterMembershipService membership, AnswerPublisher publisher) : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(DeathNotice),
        ServiceLifecycleStage.Active,
        _ =>
        {
            _watching = Task.Run(WatchAsync, CancellationToken.None);
            return Task.CompletedTask;
        },
        async _ =>
        {
            await _stopping.CancelAsync();
            await _watching;
        });

    private async Task WatchAsync()
    {
        var before = membership.CurrentSnapshot;
        try
        {
            await foreach (var now in membership.MembershipUpdates.WithCancellation(_stopping.Token))
            {
                foreach (var member in now.CreateUpdate(before).Changes.Where(m => m.Status == SiloStatus.Dead))
                    publisher.TellOfDeath(member.SiloAddress.ToParsableString());
                before = now;
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }
}
