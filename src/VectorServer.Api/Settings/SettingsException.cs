namespace VectorServer.Api.Settings;

/// <summary>The settings do not allow the server to start; the message says which and why.</summary>
internal sealed class SettingsException(string message) : Exception(message);
