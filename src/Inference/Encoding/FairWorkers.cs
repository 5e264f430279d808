using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Encoding;

/// <summary>
/// So many pieces of work at the same time; the next to begin is the oldest of the tenant who has begun the fewest (over its weight). How many
/// wait, the caller bounds. Thread-safe.
/// </summary>
internal sealed class FairWorkers(int workers)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(WorkOwner Owner, TaskCompletionSource Begin)> _waiting = [];
    private readonly FairShare _shares = new();
    private int _free = workers;

    /// <summary>Completes when the work may begin; <see cref="Exit"/> must follow unless it throws.</summary>
    /// <exception cref="OperationCanceledException">It never begins.</exception>
    public async Task EnterAsync(WorkOwner owner, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<(WorkOwner Owner, TaskCompletionSource Begin)> place;
        lock (_lock)
        {
            _shares.Enter(owner.Tenant);
            if (_free > 0)
            {
                Begin(owner);
                return;
            }

            place = _waiting.AddLast((owner, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        await using var registration = cancellationToken.UnsafeRegister(_ => Cancel(place, cancellationToken), null).ConfigureAwait(false);
        await place.Value.Begin.Task.ConfigureAwait(false);
    }

    /// <summary>The work has ended.</summary>
    public void Exit(WorkOwner owner)
    {
        lock (_lock)
        {
            _shares.Leave(owner.Tenant);
            _free++;
            if (Next() is not { } next)
                return;
            _waiting.Remove(next);
            Begin(next.Value.Owner);
            next.Value.Begin.SetResult();
        }
    }

    private void Begin(WorkOwner owner)
    {
        _free--;
        _shares.Charge(owner.Tenant, owner.Weight, 1);
    }

    private LinkedListNode<(WorkOwner Owner, TaskCompletionSource Begin)>? Next()
    {
        LinkedListNode<(WorkOwner Owner, TaskCompletionSource Begin)>? next = null;
        var least = double.PositiveInfinity;
        for (var node = _waiting.First; node is not null; node = node.Next)
        {
            var served = _shares.Served(node.Value.Owner.Tenant);
            if (served < least)
                (next, least) = (node, served);
        }

        return next;
    }

    private void Cancel(LinkedListNode<(WorkOwner Owner, TaskCompletionSource Begin)> place, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (place.List is null)
                return; // it has begun
            _waiting.Remove(place);
            _shares.Leave(place.Value.Owner.Tenant);
            place.Value.Begin.SetCanceled(cancellationToken);
        }
    }
}
