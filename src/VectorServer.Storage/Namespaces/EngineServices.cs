using VectorServer.Storage.Columns;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Namespaces;

/// <summary>What all parts of one engine share: its settings, and what lives as long as it does.</summary>
/// <param name="Options">How the engine runs.</param>
internal sealed record EngineServices(EngineOptions Options)
{
    /// <summary>What the engine writes to.</summary>
    public Disk Disk { get; init; } = Disk.Real;

    /// <summary>Space that is kept for a full disk; none until the engine has its directory.</summary>
    public SpaceReserve Reserve { get; init; } = new(Disk.Real, "", 0, null);

    /// <summary>What the engine finds damaged.</summary>
    public DamageLog Damage { get; init; } = new();

    /// <summary>Which namespaces may be open; all until the engine knows its limit.</summary>
    public OpenNamespaces OpenNamespaces { get; init; } = new(int.MaxValue, TimeSpan.Zero);

    /// <summary>Memory for columns that no filter has asked for.</summary>
    public ColumnBudget ColumnBudget { get; init; } = ColumnBudget.Usual();

    /// <inheritdoc cref="EngineOptions.Time"/>
    public TimeProvider Time => Options.Time;

    /// <inheritdoc cref="EngineOptions.Log"/>
    public Action<string>? Log => Options.Log;
}
