using System.Collections;
using VectorServer.Api.Commands;
using VectorServer.Storage;

try
{
    var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value);
    return await CommandLine.RunAsync(args, new CommandContext(environment, Console.Out, Console.Error, TimeProvider.System));
}
catch (Exception exception) when (exception is SettingsException or StorageException or IOException or UnauthorizedAccessException)
{
    // What stops a start is the operator's to mend: one line that says so, no stack trace.
    await Console.Error.WriteLineAsync($"VectorServer cannot {CommandLine.PurposeOf(args)}: {exception.Message}");
    return 1;
}
