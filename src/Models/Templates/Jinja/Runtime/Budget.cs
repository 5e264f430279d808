using System.Numerics;
using System.Runtime.CompilerServices;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Counts what one rendering uses up against <see cref="JinjaLimits"/>.</summary>
internal sealed class Budget(JinjaLimits limits, TimeProvider clock)
{
    private const int StepsBetweenClockReadings = 4096;
    private readonly long _started = clock.GetTimestamp();
    private long _steps;
    private long _nextClockReading = StepsBetweenClockReadings;
    private int _depth;

    public JinjaLimits Limits => limits;

    public void Charge(long steps = 1)
    {
        _steps += steps;
        if (_steps > limits.MaxSteps)
            throw JinjaException.Limit($"rendering takes more than {limits.MaxSteps} steps");
        if (_steps < _nextClockReading)
            return;
        _nextClockReading = _steps + StepsBetweenClockReadings;
        if (clock.GetElapsedTime(_started) > limits.MaxTime)
            throw JinjaException.Limit($"rendering takes longer than {limits.MaxTime.TotalSeconds:0.###} seconds");
    }

    /// <summary>Admits a string of so many UTF-16 units and charges for it; call before building it.</summary>
    public void ChargeText(BigInteger length)
    {
        if (length > limits.MaxStringLength)
            throw JinjaException.Limit($"a string is longer than {limits.MaxStringLength} characters");
        Charge((long)length / 4);
    }

    public void CheckItems(BigInteger count)
    {
        if (count > limits.MaxItems)
            throw JinjaException.Limit($"a list has more than {limits.MaxItems} items");
    }

    public void ChargeItems(BigInteger count)
    {
        CheckItems(count);
        Charge((long)count);
    }

    public void CheckInteger(long bits)
    {
        if (bits > limits.MaxIntegerBits)
            throw JinjaException.Limit($"an integer has more than {limits.MaxIntegerBits} bits");
    }

    public void Enter()
    {
        if (++_depth > limits.MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw JinjaException.Limit("the template recurses too deeply");
    }

    public void Leave() => _depth--;

    /// <summary>Adds an item to a list under construction.</summary>
    public void Add(List<JinjaValue> items, JinjaValue item)
    {
        CheckItems(items.Count + 1);
        Charge();
        items.Add(item);
    }
}
