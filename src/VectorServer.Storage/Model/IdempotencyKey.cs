namespace VectorServer.Storage;

/// <summary>
/// Names a write, so that it is done once however often it is asked for, also after a restart: a namespace remembers the newest step of
/// each writer, together with the write itself.
/// </summary>
/// <param name="Writer">Who writes one step after another, an import for example.</param>
/// <param name="Step">Which of its writes this is.</param>
public sealed record IdempotencyKey(string Writer, string Step)
{
    /// <summary>Of how many writers a namespace remembers the newest step; the oldest are forgotten.</summary>
    internal const int WritersMax = 8;
}
