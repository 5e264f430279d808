using VisionCluster.Simulation;

namespace VisionCluster.Cli.Bench.Scale;

/// <summary>What <c>bench scale</c> runs.</summary>
internal sealed record ScalePlan
{
    /// <summary>The model, slowed down: one machine must have time for the work that is not simulated.</summary>
    public required SimulatedModel Model { get; init; }

    public required IReadOnlyList<BenchPicture> Pictures { get; init; }

    public int DevicesPerSilo { get; init; } = 8;

    public int SilosPerGateway { get; init; } = 8;

    /// <summary>Answers that run at the same time on each device.</summary>
    public int Rows { get; init; } = 8;

    /// <summary>Tokens of each answer.</summary>
    public int OutputTokens { get; init; } = 32;

    /// <summary>Turns of each conversation.</summary>
    public int Turns { get; init; } = 2;

    /// <summary>How long a silo waits for another's answer to a probe; null as configured. Silos that share a process starve together.</summary>
    public TimeSpan? ProbeTimeout { get; init; }

    /// <summary>Mean pause of a user between two turns, in which the conversation stays open. Zero: none.</summary>
    public TimeSpan Think { get; init; }

    /// <summary>Which conversations begin with a picture.</summary>
    public ScalePictures With { get; init; } = ScalePictures.Mixed;

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan Length { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether a silo, in a process of its own, is killed half-way.</summary>
    public bool Kill { get; init; }

    /// <summary>Whether every answer is compared with what the model says undisturbed.</summary>
    public bool Verify { get; init; }

    public int Gateways(int silos) => (silos + SilosPerGateway - 1) / SilosPerGateway;
}
