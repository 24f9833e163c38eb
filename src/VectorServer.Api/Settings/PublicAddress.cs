using System.Net;

namespace VectorServer.Api.Settings;

/// <summary>The settings that say how clients reach the server from outside: host or URL, domain, and the proxies in between.</summary>
internal static class PublicAddress
{
    /// <summary>The host of the public URL, or the public host without scheme and port; null takes the request's.</summary>
    /// <exception cref="SettingsException">It is no host name, or the two settings name different hosts.</exception>
    public static string? ReadHost(SettingReader read)
    {
        var text = read.Text(ServerSettings.PublicHost);
        var url = ReadUrl(read);
        if (text.Length == 0)
            return url?.Host;

        var afterScheme = text.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? text[(scheme + 3)..] : text;
        var host = new HostString(afterScheme.TrimEnd('/')).Host;
        if (host.Length == 0 || host.Contains('/'))
            throw SettingReader.Bad(ServerSettings.PublicHost, text, "a host name");
        return url is null || host.Equals(url.Host, StringComparison.OrdinalIgnoreCase)
            ? host
            : throw SettingReader.Bad(ServerSettings.PublicHost, text, $"empty or {url.Host}, as {ServerSettings.PublicUrl.Environment}");
    }

    /// <summary>Scheme, host and port; null takes the request's.</summary>
    /// <exception cref="SettingsException">It is no such URL.</exception>
    public static Uri? ReadUrl(SettingReader read)
    {
        var text = read.Text(ServerSettings.PublicUrl);
        if (text.Length == 0)
            return null;

        // Clients put their own paths behind it: one of its own would have to be cut off by the proxy and known to all of them.
        var isUrl = Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            && url is { Host.Length: > 0, UserInfo.Length: 0, PathAndQuery: "/", Fragment.Length: 0 };
        return isUrl ? url : throw SettingReader.Bad(
            ServerSettings.PublicUrl, text, "a URL without a path, such as https://vectors.example.com:8443");
    }

    /// <summary>The domain under which indexes are host names: that of the public URL where none is set.</summary>
    public static string ReadDomain(SettingReader read)
    {
        var domain = read.Text(ServerSettings.Domain).TrimStart('.');
        return domain == ServerSettings.Domain.Default && ReadUrl(read) is { } url ? url.Host : domain;
    }

    /// <summary>Networks, or single addresses.</summary>
    /// <exception cref="SettingsException">One is neither.</exception>
    public static IPNetwork[] ReadProxies(SettingReader read) =>
    [
        .. read.List(ServerSettings.TrustedProxies).Select(text =>
            IPNetwork.TryParse(text, out var network) ? network
            : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw SettingReader.Bad(ServerSettings.TrustedProxies, text, "IP addresses, or networks such as 10.0.0.0/8")),
    ];
}
