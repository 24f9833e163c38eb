namespace VectorServer.Api.Commands;

/// <summary>What a command has around it.</summary>
/// <param name="Environment">The variables of the process.</param>
/// <param name="Output">For what was asked for, and nothing else, so that it can be assigned to a variable.</param>
/// <param name="Messages">For what was done.</param>
/// <param name="Time">The clock.</param>
internal sealed record CommandContext(
    IReadOnlyDictionary<string, string?> Environment, TextWriter Output, TextWriter Messages, TimeProvider Time)
{
    /// <summary>For reading a command line without running it.</summary>
    public static readonly CommandContext None = new(new Dictionary<string, string?>(), TextWriter.Null, TextWriter.Null, TimeProvider.System);
}
