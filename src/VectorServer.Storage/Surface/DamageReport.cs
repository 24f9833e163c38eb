namespace VectorServer.Storage;

/// <summary>Something that is damaged and not served.</summary>
/// <param name="Index">The index it is of.</param>
/// <param name="Namespace">The client's name of the namespace; null for the index itself.</param>
/// <param name="What">What was found first.</param>
/// <param name="FoundAt">When.</param>
public sealed record DamageReport(string Index, string? Namespace, string What, DateTimeOffset FoundAt)
{
    /// <summary>It is not damaged: a newer version of the program made it.</summary>
    public bool IsNewer { get; init; }
}
