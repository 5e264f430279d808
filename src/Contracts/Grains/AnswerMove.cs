namespace VisionCluster.Contracts.Grains;

/// <summary>A silo that leaves has given an answer up: it goes on elsewhere.</summary>
/// <param name="Kv">What spares that silo the prefill; null where nothing does.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.AnswerMove")]
public sealed record AnswerMove([property: Id(0)] KvTicket? Kv);
