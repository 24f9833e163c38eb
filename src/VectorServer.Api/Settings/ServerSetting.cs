namespace VectorServer.Api.Settings;

/// <summary>One setting's names: <c>VectorServer:Key</c> in appsettings.json, a short environment variable, a switch.</summary>
internal sealed record ServerSetting(string Key, string Environment, string Switch, string Default, string Description)
{
    public string ConfigurationKey => $"{ServerSettings.Section}:{Key}";

    public override string ToString() => $"{ConfigurationKey} ({Environment}, {Switch})";
}
