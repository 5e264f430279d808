namespace VisionCluster.Simulation;

/// <summary>What a device's work would take, in milliseconds: a straight line for each kind of work.</summary>
public sealed record SimulatedCostModel
{
    /// <summary>A decode step, whatever it holds: weights are read once.</summary>
    public double StepMs { get; init; }

    /// <summary>Each row of a decode step.</summary>
    public double RowMs { get; init; }

    /// <summary>Each token of KV that a decode step reads.</summary>
    public double KvTokenMs { get; init; }

    /// <summary>Each token of a prompt that is prefilled.</summary>
    public double PrefillTokenMs { get; init; }

    /// <summary>A run of the vision encoder, whatever it holds.</summary>
    public double EncodeMs { get; init; }

    /// <summary>Each image (or tile) of a run.</summary>
    public double ImageMs { get; init; }

    /// <summary>Each image token that a run makes, of all its images.</summary>
    public double ImageTokenMs { get; init; }

    public TimeSpan Decode(int rows, long kvTokens) => Ms(StepMs + (RowMs * rows) + (KvTokenMs * kvTokens));

    public TimeSpan Prefill(int tokens) => Ms(PrefillTokenMs * tokens);

    public TimeSpan Encode(int images, int imageTokens) => Ms(EncodeMs + (ImageMs * images) + (ImageTokenMs * imageTokens));

    /// <summary>The same device, so many times slower.</summary>
    public SimulatedCostModel Slower(double factor) => new()
    {
        StepMs = StepMs * factor,
        RowMs = RowMs * factor,
        KvTokenMs = KvTokenMs * factor,
        PrefillTokenMs = PrefillTokenMs * factor,
        EncodeMs = EncodeMs * factor,
        ImageMs = ImageMs * factor,
        ImageTokenMs = ImageTokenMs * factor,
    };

    internal IEnumerable<string> Errors() =>
        from cost in new (string Name, double Value)[]
        {
            (nameof(StepMs), StepMs), (nameof(RowMs), RowMs), (nameof(KvTokenMs), KvTokenMs), (nameof(PrefillTokenMs), PrefillTokenMs),
            (nameof(EncodeMs), EncodeMs), (nameof(ImageMs), ImageMs), (nameof(ImageTokenMs), ImageTokenMs),
        }
        where cost.Value is not (>= 0 and <= 1e6)
        select $"cost.{cost.Name} must be from 0 to 1,000,000 ms; it is {cost.Value}.";

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
