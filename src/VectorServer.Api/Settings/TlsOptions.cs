namespace VectorServer.Api.Settings;

/// <summary>Which of http and https the ports speak; they all speak the same.</summary>
internal enum TlsMode
{
    /// <summary>http.</summary>
    Off,

    /// <summary>Both, told apart by the first byte of a connection.</summary>
    On,

    /// <summary>https; over http only what needs no key is answered.</summary>
    Only,
}

/// <summary>The settings of TLS.</summary>
/// <param name="Mode">Which ports speak it.</param>
/// <param name="CertificatePath">Absolute, PEM or PFX; null takes the development certificate.</param>
/// <param name="KeyPath">Absolute, PEM; null where the certificate's file holds the key.</param>
/// <param name="Password">Of the PFX, or of an encrypted key.</param>
internal sealed record TlsOptions(TlsMode Mode, string? CertificatePath, string? KeyPath, string? Password)
{
    /// <exception cref="SettingsException">A key or password without a certificate.</exception>
    public static TlsOptions Read(SettingReader read)
    {
        var certificate = PathOf(read, ServerSettings.TlsCertificate);
        var key = PathOf(read, ServerSettings.TlsKey);
        var password = read.Text(ServerSettings.TlsPassword) is { Length: > 0 } text ? text : null;
        if (certificate is null && (key ?? password) is not null)
            throw new SettingsException($"{(key is null ? ServerSettings.TlsPassword : ServerSettings.TlsKey)} needs {ServerSettings.TlsCertificate}");

        var mode = read.Choice(
            ServerSettings.Tls, ("", certificate is null ? TlsMode.Off : TlsMode.On), ("off", TlsMode.Off), ("on", TlsMode.On), ("only", TlsMode.Only));
        return new TlsOptions(mode, certificate, key, password);
    }

    private static string? PathOf(SettingReader read, ServerSetting setting) =>
        read.Text(setting) is { Length: > 0 } path ? Path.GetFullPath(path) : null;
}
