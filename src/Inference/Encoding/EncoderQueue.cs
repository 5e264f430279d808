namespace VisionCluster.Inference.Encoding;

/// <summary>
/// Images that wait, in order of arrival, bounded in number and in bytes. An image counts until its last tile is in a batch. Not
/// thread-safe: the batcher's lock guards it.
/// </summary>
internal sealed class EncoderQueue(int maxImages, long maxBytes)
{
    private readonly List<EncoderJob> _jobs = [];
    private long _bytes;

    public int Count => _jobs.Count;

    public int Tiles { get; private set; }

    public bool TryAdd(EncoderJob job)
    {
        if (_jobs.Count >= maxImages || (_jobs.Count > 0 && _bytes + job.Bytes > maxBytes))
            return false;
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
        _bytes -= job.Bytes;
        Tiles -= job.TilesLeft;
        return true;
    }

    /// <summary>Tiles that the next batch could have, at most <paramref name="maxTiles"/>.</summary>
    public int NextBatchTiles(int maxTiles)
    {
        var tiles = 0;
        foreach (var job in _jobs)
        {
            if (job.FitsWith(_jobs[0]))
                tiles += job.TilesLeft;
        }
        return Math.Min(tiles, maxTiles);
    }

    /// <summary>
    /// Takes the next batch: the oldest image, then those of its shape, in order. An image that does not fit whole continues in the next.
    /// </summary>
    public void Take(int maxTiles, List<EncoderBatchPart> batch)
    {
        var first = _jobs[0];
        for (var i = 0; i < _jobs.Count && maxTiles > 0;)
        {
            var job = _jobs[i];
            if (!job.FitsWith(first))
            {
                i++;
                continue;
            }
            var tiles = Math.Min(maxTiles, job.TilesLeft);
            batch.Add(new EncoderBatchPart(job, job.TilesTaken, tiles));
            maxTiles -= tiles;
            Tiles -= tiles;
            job.TilesTaken += tiles;
            if (job.TilesLeft == 0)
            {
                _jobs.RemoveAt(i);
                _bytes -= job.Bytes;
            }
        }
    }

    public EncoderJob? First => _jobs.Count > 0 ? _jobs[0] : null;
}
