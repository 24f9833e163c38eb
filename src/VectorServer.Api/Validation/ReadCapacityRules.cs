using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Control;

namespace VectorServer.Api.Validation;

/// <summary>The rules of <see cref="ReadCapacity"/>. Its values change nothing here but what is shown.</summary>
internal static class ReadCapacityRules
{
    public static void Check(ReadCapacity? capacity)
    {
        switch (capacity?.Mode)
        {
            case null or ReadCapacity.OnDemandMode:
                break;
            case ReadCapacity.DedicatedMode:
                CheckDedicated(capacity.Dedicated ?? throw WireException.Invalid("read_capacity.dedicated is required in mode Dedicated"));
                break;
            default:
                throw WireException.Invalid($"read_capacity.mode must be OnDemand or Dedicated, got '{capacity.Mode}'");
        }
    }

    private static void CheckDedicated(ReadCapacityDedicatedConfig dedicated)
    {
        if (dedicated.NodeType is not (null or "b1" or "t1"))
            throw WireException.Invalid($"read_capacity.dedicated.node_type must be b1 or t1, got '{dedicated.NodeType}'");
        if (dedicated.Scaling is not (null or "Manual"))
            throw WireException.Invalid($"read_capacity.dedicated.scaling must be Manual, got '{dedicated.Scaling}'");
        if (dedicated.Manual?.Replicas < 0)
            throw WireException.Invalid($"read_capacity.dedicated.manual.replicas must be at least 0, got {dedicated.Manual.Replicas}");
        IndexRules.CheckAtLeastOne("read_capacity.dedicated.manual.shards", dedicated.Manual?.Shards);
    }
}
