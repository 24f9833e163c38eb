using System.Collections;
using System.Runtime.InteropServices;
using VectorServer.Api;
using VectorServer.Api.Auth;
using VectorServer.Api.Logging;
using VectorServer.Storage;

if (args.Contains("--help"))
{
    Console.WriteLine(IntegrityCommand.Help);
    Console.WriteLine(ServerSettings.Help());
    Console.WriteLine(KeyCommand.Usage);
    return 0;
}

try
{
    var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value);
    if (args is [KeyCommand.Name, .. var command])
    {
        KeyCommand.Run(command, rest => ServerSettings.ReadOnce(environment, rest), Console.Out, Console.Error, TimeProvider.System);
        return 0;
    }
    if (IntegrityCommand.IsAsked(args))
        return await IntegrityCommand.RunAsync(args, Console.Out);

    FileHandles.Demand();
    using var output = BatchedOutput.ForConsole(); // until after the log has ended
    args = ServerSettings.Expand(args);
    // Settings are read once: a watch on their file would only take one of the few (128 a user) that Linux gives.
    var host = new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false", .. args], ContentRootPath = AppContext.BaseDirectory };
    var builder = WebApplication.CreateBuilder(host);
    ServerSettings.AddSources(builder.Configuration, environment, args);
    builder.AddVectorServer(ServerOptions.Read(builder.Configuration));

    // There are no settings to read again: a terminal that is closed asks to stop, as SIGTERM does.
    using var hangup = new CancellationTokenSource();
    using var registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
    {
        signal.Cancel = true;
        hangup.Cancel();
    });
    await using var app = builder.Build();
    app.UseVectorServer();
    app.MapVectorServer();
    var stopping = app.Lifetime.ApplicationStopping; // the lifetime is gone with the host when the start was cut off
    app.Open();
    try
    {
        await app.RunAsync(hangup.Token);
    }
    catch (OperationCanceledException) when (hangup.IsCancellationRequested || stopping.IsCancellationRequested)
    {
        // asked to stop while it started
    }

    return 0;
}
catch (Exception exception) when (exception is SettingsException or StorageException or IOException or UnauthorizedAccessException)
{
    // What stops a start is the operator's to mend: one line that says so, no stack trace.
    await Console.Error.WriteLineAsync($"VectorServer cannot {(args is [KeyCommand.Name, ..] ? "do this" : "start")}: {exception.Message}");
    return 1;
}
