namespace VisionCluster.Contracts.Grains;

/// <summary>Where the KV of an answer waits that its silo has let go: whoever goes on with the answer takes it there, or prefills it again.</summary>
/// <param name="Silo">Parsable address.</param>
/// <param name="Id">The silo's number for it, not to be guessed.</param>
/// <param name="Bytes">Its size.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.KvTicket")]
public sealed record KvTicket([property: Id(0)] string Silo, [property: Id(1)] Guid Id, [property: Id(2)] long Bytes);
