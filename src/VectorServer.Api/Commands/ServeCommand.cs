using System.CommandLine;
using System.Runtime.InteropServices;
using VectorServer.Api.Logging;
using VectorServer.Storage;

namespace VectorServer.Api.Commands;

/// <summary>The command <c>serve</c>: runs the server until it is asked to stop.</summary>
internal static class ServeCommand
{
    public static Command Build(CommandContext context, string[] hostArguments)
    {
        var command = new Command("serve", "Runs the server; the same as no command");
        SettingOptions.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(new GivenSettings(SettingOptions.Read(parsed), hostArguments), context.Environment));
        return command;
    }

    private static async Task<int> RunAsync(GivenSettings given, IReadOnlyDictionary<string, string?> environment)
    {
        FileHandles.Demand();
        using var output = BatchedOutput.ForConsole(); // until after the log has ended
        var (builder, warnings) = Prepare(given, environment);

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
        foreach (var warning in warnings)
            StartupLog.LogUnknownSetting(app.Logger, warning);
        var stopping = app.Lifetime.ApplicationStopping; // the lifetime is gone with the host when the start was cut off
        await app.OpenAsync();
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

    private static (WebApplicationBuilder Builder, IReadOnlyList<string> Warnings) Prepare(
        GivenSettings given, IReadOnlyDictionary<string, string?> environment)
    {
        // Settings are read once: a watch on their file would only take one of the few (128 a user) that Linux gives.
        var host = new WebApplicationOptions
        {
            Args = ["--hostBuilder:reloadConfigOnChange=false", .. given.HostArguments],
            ContentRootPath = AppContext.BaseDirectory,
        };
        var builder = WebApplication.CreateBuilder(host);
        var warnings = SettingSources.Add(
            builder.Configuration, environment, given, Environment.CurrentDirectory, builder.Environment.EnvironmentName);
        builder.AddVectorServer(ServerOptions.Read(builder.Configuration));
        return (builder, warnings);
    }
}
