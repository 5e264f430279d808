using VisionCluster.Inference.Decoding;
using VisionCluster.Shared;

namespace VisionCluster.Inference.Encoding;

/// <summary>
/// Images that wait, bounded in number and in bytes. The image of the tenant who has had the fewest patches encoded (over its weight) is next,
/// of one tenant the oldest, so that nobody's thousand pictures keep another's one waiting. An image counts until its last tile is in a batch.
/// Not thread-safe: the batcher's lock guards it.
/// </summary>
internal sealed class EncoderQueue(int maxImages, long maxBytes)
{
    private readonly List<EncoderJob> _jobs = []; // by arrival; at most maxImages
    private readonly TenantPlaces _places = new(maxImages);
    private readonly FairShare _shares = new();
    private long _bytes; // at most maxBytes, or one image

    public int Count => _jobs.Count;

    public int Tiles { get; private set; }

    public EncoderJob? First => _jobs.Count > 0 ? _jobs[0] : null;

    public bool TryAdd(EncoderJob job)
    {
        if ((_jobs.Count > 0 && _bytes + job.Bytes > maxBytes) || !_places.TryTake(job.Owner.Tenant, job.Owner.Weight))
            return false;
        _shares.Enter(job.Owner.Tenant);
        _jobs.Add(job);
        _bytes += job.Bytes;
        Tiles += job.TilesLeft;
        return true;
    }

    /// <summary>Drops a job; false if all of it has been taken already.</summary>
    public bool Remove(EncoderJob job)
    {
        if (!_jobs.Remove(job))
            return false;
        Tiles -= job.TilesLeft;
        Left(job);
        return true;
    }

    /// <summary>Tiles that the next batch could have, at most <paramref name="maxTiles"/>.</summary>
    public int NextBatchTiles(int maxTiles)
    {
        var (tiles, first) = (0, Next(null)!);
        foreach (var job in _jobs)
        {
            if (job.FitsWith(first))
                tiles += job.TilesLeft;
        }
        return Math.Min(tiles, maxTiles);
    }

    /// <summary>
    /// Takes the next batch: the next image, then those of its shape, each the next. An image that does not fit whole continues in the next.
    /// </summary>
    public void Take(int maxTiles, List<EncoderBatchPart> batch)
    {
        var first = Next(null)!;
        for (var job = first; job is not null && maxTiles > 0; job = Next(first))
        {
            var tiles = Math.Min(maxTiles, job.TilesLeft);
            batch.Add(new EncoderBatchPart(job, job.TilesTaken, tiles));
            maxTiles -= tiles;
            Tiles -= tiles;
            job.TilesTaken += tiles;
            _shares.Charge(job.Owner.Tenant, job.Owner.Weight, tiles * job.PatchesPerTile);
            if (job.TilesLeft == 0)
            {
                _jobs.Remove(job);
                Left(job);
            }
        }
    }

    /// <summary>Patches that wait, by tenant.</summary>
    public IReadOnlyList<(WorkOwner Owner, long Patches)> Waiting() =>
        [.. _jobs.GroupBy(job => job.Owner).Select(jobs => (jobs.Key, (long)jobs.Sum(job => job.TilesLeft * job.PatchesPerTile)))];

    private EncoderJob? Next(EncoderJob? company)
    {
        EncoderJob? next = null;
        var least = double.PositiveInfinity;
        foreach (var job in _jobs)
        {
            var served = _shares.Served(job.Owner.Tenant);
            if (served < least && (company is null || job.FitsWith(company)))
                (next, least) = (job, served);
        }
        return next;
    }

    private void Left(EncoderJob job)
    {
        _bytes -= job.Bytes;
        _shares.Leave(job.Owner.Tenant);
        _places.Release(job.Owner.Tenant);
    }
}
