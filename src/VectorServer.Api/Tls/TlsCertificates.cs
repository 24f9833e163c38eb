using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace VectorServer.Api.Tls;

/// <summary>
/// The certificate that connections are answered with: of the settings, or the development certificate. Its files are looked at again
/// as connections come, so that a renewed one is taken without a restart. Thread-safe.
/// </summary>
internal sealed partial class TlsCertificates(ServerOptions options, TimeProvider time, ILogger<TlsCertificates> logger)
{
    // Often enough for a renewal, seldom enough for the connections of a busy server.
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(10);

    private readonly Lock _looking = new();
    private CertificateFiles? _files;
    private volatile SslStreamCertificateContext? _current;
    private long _lookedAt;

    /// <summary>Reads the certificate, and makes the development certificate where it is wanted.</summary>
    /// <exception cref="SettingsException">The files cannot be used.</exception>
    public void Load()
    {
        if (options.Tls.CertificatePath is null && DevelopmentCertificate.Ensure(options.DataDirectory, DevelopmentCertificate.NamesOf(options), time))
            LogMade(logger, DevelopmentCertificate.CertificatePath(options.DataDirectory));
        Take(ReadFiles());
        _lookedAt = time.GetTimestamp();
    }

    /// <summary>How Kestrel answers one TLS connection; HTTP/2 or HTTP/1.1 is agreed with the client.</summary>
    public ValueTask<SslServerAuthenticationOptions> AnswerAsync(TlsHandshakeCallbackContext connection)
    {
        LookAgain();
        return ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = _current });
    }

    private void LookAgain()
    {
        // One connection looks; those beside it go on with what there is.
        if (time.GetElapsedTime(Interlocked.Read(ref _lookedAt)) < LookAgainAfter || !_looking.TryEnter())
            return;

        try
        {
            Interlocked.Exchange(ref _lookedAt, time.GetTimestamp());
            var files = ReadFiles();
            if (!files.HoldSameBytes(_files!))
                Take(files);
        }
        catch (SettingsException exception)
        {
            LogKept(logger, exception.Message);
        }
        finally
        {
            _looking.Exit();
        }
    }

    private CertificateFiles ReadFiles() => options.Tls.CertificatePath is { } path
        ? CertificateFiles.Read(path, options.Tls.KeyPath)
        : CertificateFiles.Read(DevelopmentCertificate.CertificatePath(options.DataDirectory), DevelopmentCertificate.KeyPath(options.DataDirectory));

    // Connections that are being made may still show the earlier one: it is left to the garbage collector.
    private void Take(CertificateFiles files)
    {
        var taken = files.Load(options.Tls.Password);
        (_files, _current) = (files, taken);

        var certificate = taken.TargetCertificate;
        var expires = new DateTimeOffset(certificate.NotAfter);
        var subject = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (expires <= time.GetUtcNow())
            LogExpired(logger, subject, expires);
        else
            LogTaken(logger, options.Tls.Mode == TlsMode.Only ? "https" : "https and http", subject, expires);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "A development certificate was made. Clients trust it when they are told to, by NODE_EXTRA_CA_CERTS, SSL_CERT_FILE or GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: {Path}")]
    private static partial void LogMade(ILogger logger, string path);

    [LoggerMessage(Level = LogLevel.Information, Message = "All ports speak {Protocols}, with the certificate {Subject}, valid until {Expires:yyyy-MM-dd}")]
    private static partial void LogTaken(ILogger logger, string protocols, string subject, DateTimeOffset expires);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The TLS certificate {Subject} expired on {Expires:yyyy-MM-dd}: clients will refuse it")]
    private static partial void LogExpired(ILogger logger, string subject, DateTimeOffset expires);

    [LoggerMessage(Level = LogLevel.Error, Message = "The changed files are not taken, and the earlier certificate is kept. {Message}")]
    private static partial void LogKept(ILogger logger, string message);
}
