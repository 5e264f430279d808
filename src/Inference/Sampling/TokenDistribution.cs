using System.Numerics;
using System.Numerics.Tensors;

namespace VisionCluster.Inference.Sampling;

/// <summary>
/// Unnormalised probabilities of the vocabulary, the best one's being 1, and which of them may be drawn. Drawing walks the kept tokens
/// in the order of their ids, so it depends on nothing but the logits, the options and the random number.
/// </summary>
internal sealed class TokenDistribution(int vocabularySize)
{
    private const int Block = 1024;

    private readonly float[] _weights = new float[vocabularySize];
    private readonly double[] _blockMass = new double[(vocabularySize + Block - 1) / Block];
    private readonly ulong[] _keys = new ulong[vocabularySize];

    // Tokens in _keys, or −1 when every token may be drawn.
    private int _kept;

    /// <summary>weight = exp((logit − max) / temperature).</summary>
    public void Load(ReadOnlySpan<float> logits, float temperature)
    {
        var max = TensorPrimitives.Max(logits);
        for (int block = 0, start = 0; start < logits.Length; block++, start += Block)
        {
            var weights = _weights.AsSpan(start, Math.Min(Block, logits.Length - start));
            TensorPrimitives.Subtract(logits.Slice(start, weights.Length), max, weights);
            TensorPrimitives.Divide(weights, temperature, weights);
            TensorPrimitives.Exp(weights, weights);
            _blockMass[block] = TensorPrimitives.Sum<float>(weights);
        }
        _kept = -1;
    }

    /// <summary>Drops tokens by min-p, then top-k, then top-p (of the mass that is left).</summary>
    public void Keep(float minP, int topK, float topP)
    {
        var limitsCount = topK > 0 && topK < _weights.Length;
        if (minP <= 0 && !limitsCount && topP >= 1)
            return;
        _kept = limitsCount ? CollectBest(minP, topK) : Collect(Math.Max(minP, topP < 1 && minP <= 0 ? NucleusFloor(topP) : 0));
        if (topP < 1)
        {
            // The floor may have left out a part of the mass that top-p is a share of.
            var mass = limitsCount || minP > 0 ? Mass(_keys.AsSpan(0, _kept)) : TotalMass();
            Cut(TokenRank.SelectMass(_keys.AsSpan(0, _kept), topP * mass));
        }
        else if (limitsCount)
            Cut(Least(_keys.AsSpan(0, _kept)));
    }

    /// <summary>The token at <paramref name="uniform"/> (in [0, 1)) of the kept mass.</summary>
    public int Pick(double uniform) => _kept < 0 ? PickOfAll(uniform) : PickOfKept(uniform);

    /// <summary>Tokens below it together weigh less than top-p leaves out, so none of them can be kept.</summary>
    private float NucleusFloor(float topP) => (float)((1.0 - topP) * TotalMass() / _weights.Length * 0.999);

    private double TotalMass()
    {
        var mass = 0.0;
        foreach (var block in _blockMass)
            mass += block;
        return mass;
    }

    private static double Mass(ReadOnlySpan<ulong> keys)
    {
        var mass = 0.0;
        foreach (var key in keys)
            mass += TokenRank.Weight(key);
        return mass;
    }

    private static ulong Least(ReadOnlySpan<ulong> keys)
    {
        var least = ulong.MaxValue;
        foreach (var key in keys)
            least = Math.Min(least, key);
        return least;
    }

    /// <summary>Keys of all tokens of at least the floor, by id. Zero weights (masked, or underflown) never count.</summary>
    private int Collect(float floor)
    {
        floor = Math.Max(floor, float.Epsilon);
        var count = 0;
        for (var id = NextAtLeast(0, floor); id < _weights.Length; id = NextAtLeast(id + 1, floor))
            _keys[count++] = TokenRank.Key(_weights[id], id);
        return count;
    }

    /// <summary>The best tokens of at least the floor, found in one pass: the floor rises each time the buffer is full.</summary>
    private int CollectBest(float floor, int wanted)
    {
        floor = Math.Max(floor, float.Epsilon);
        var room = (int)Math.Min(_keys.Length, 2L * wanted + 256);
        var count = 0;
        for (var id = NextAtLeast(0, floor); id < _weights.Length; id = NextAtLeast(id + 1, floor))
        {
            _keys[count++] = TokenRank.Key(_weights[id], id);
            if (count == room && count > wanted)
            {
                floor = Math.Max(floor, TokenRank.Weight(TokenRank.SelectGreatest(_keys.AsSpan(0, count), wanted)));
                count = wanted;
            }
        }
        if (count > wanted)
        {
            TokenRank.SelectGreatest(_keys.AsSpan(0, count), wanted);
            count = wanted;
        }
        return count;
    }

    /// <summary>Keeps what ranks at least as high as <paramref name="least"/>, back in the order of ids.</summary>
    private void Cut(ulong least)
    {
        var floor = TokenRank.Weight(least);
        var count = 0;
        for (var id = NextAtLeast(0, floor); id < _weights.Length; id = NextAtLeast(id + 1, floor))
        {
            var key = TokenRank.Key(_weights[id], id);
            if (key >= least)
                _keys[count++] = key;
        }
        _kept = count;
    }

    /// <summary>The first token from <paramref name="id"/> on that weighs at least the floor; whole vectors below it are skipped.</summary>
    private int NextAtLeast(int id, float floor)
    {
        var weights = _weights;
        var floors = new Vector<float>(floor);
        while (true)
        {
            var vectorEnd = Math.Min(weights.Length, id + Vector<float>.Count);
            for (; id < vectorEnd; id++)
            {
                if (weights[id] >= floor)
                    return id;
            }
            while (id <= weights.Length - Vector<float>.Count && !Vector.GreaterThanOrEqualAny(new Vector<float>(weights, id), floors))
                id += Vector<float>.Count;
            if (id >= weights.Length)
                return weights.Length;
        }
    }

    private int PickOfAll(double uniform)
    {
        var target = uniform * TotalMass();
        var block = 0;
        for (; block < _blockMass.Length - 1 && target >= _blockMass[block]; block++)
            target -= _blockMass[block];
        var start = block * Block;
        var best = -1;
        foreach (var weight in _weights.AsSpan(start, Math.Min(Block, _weights.Length - start)))
        {
            if (weight > 0)
                best = start;
            target -= weight;
            if (target < 0 && weight > 0)
                return start;
            start++;
        }
        return best >= 0 ? best : TensorPrimitives.IndexOfMax(_weights); // rounding reached past the last one
    }

    private int PickOfKept(double uniform)
    {
        var kept = _keys.AsSpan(0, _kept);
        var target = uniform * Mass(kept);
        foreach (var key in kept)
        {
            target -= TokenRank.Weight(key);
            if (target < 0)
                return TokenRank.Id(key);
        }
        return TokenRank.Id(kept[^1]);
    }
}
