namespace VectorServer.Api.Tests.Conformance.Drivers;

/// <summary>What tries each operation: a request that must succeed and at least one that must be refused, by <c>operationId</c>.</summary>
internal static class DriverTable
{
    public static IReadOnlyDictionary<string, Func<Probe, Task>> All { get; } = new Dictionary<string, Func<Probe, Task>>(
    [
        .. IndexDrivers.All,
        .. BackupDrivers.All,
        .. RestoreDrivers.All,
        .. CollectionDrivers.All,
        .. ScheduleDrivers.All,
        .. VectorDrivers.All,
        .. ReadDrivers.All,
        .. NamespaceDrivers.All,
        .. AliasDrivers.All,
        .. ImportDrivers.All,
        .. RecordDrivers.All,
        .. DocumentDrivers.All,
        .. InferenceDrivers.All,
    ]);
}
