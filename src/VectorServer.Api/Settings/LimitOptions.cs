namespace VectorServer.Api.Settings;

/// <summary>What the server lets clients ask of it at once.</summary>
/// <param name="WrongKeysMax">Within a minute, from one address, before it is shut out; 0 for as many as come.</param>
/// <param name="RequestsPerSecond">Of each key; 0 for as many as come.</param>
/// <param name="ConnectionsMax">Open at once; those beyond are closed.</param>
/// <param name="RequestsMax">Answered at once; as many again wait, those beyond are refused.</param>
/// <param name="Memory">When writes, and far above it reads, are refused.</param>
internal sealed record LimitOptions(int WrongKeysMax, int RequestsPerSecond, int ConnectionsMax, int RequestsMax, MemoryLimit Memory)
{
    /// <exception cref="SettingsException">A value breaks its rule.</exception>
    public static LimitOptions Read(SettingReader read) => new(
        read.Number(ServerSettings.WrongKeys, 0, 1_000_000),
        read.Number(ServerSettings.RateLimit, 0, 1_000_000),
        read.Number(ServerSettings.MaxConnections, 1, 1_000_000),
        read.Number(ServerSettings.MaxRequests, 1, 1_000_000),
        MemoryLimit.TryParse(read.Text(ServerSettings.MemoryLimit), out var memory)
            ? memory
            : throw SettingReader.Bad(ServerSettings.MemoryLimit, read.Text(ServerSettings.MemoryLimit), MemoryLimit.Rule));
}
