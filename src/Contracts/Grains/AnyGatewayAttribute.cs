using Orleans.CodeGeneration;
using Orleans.Serialization.Invocation;

namespace VisionCluster.Contracts.Grains;

/// <summary>
/// Lets a client send each call by the next of its connections, as Orleans does with calls whose order means nothing, rather than every call
/// to a grain by the same one: a repeated call does not go where the first one was lost, and a client is connected with every silo. Not for a
/// grain whose calls must meet in one activation: while a death spreads, two silos may know two.
/// </summary>
[InvokableCustomInitializer(nameof(IRequest.AddInvokeMethodOptions), InvokeMethodOptions.Unordered)]
[AttributeUsage(AttributeTargets.Method)]
public sealed class AnyGatewayAttribute : Attribute;
