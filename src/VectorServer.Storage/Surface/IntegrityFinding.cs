namespace VectorServer.Storage;

/// <summary>One thing that is not as it was written.</summary>
/// <param name="File">Relative to the namespace's directory.</param>
/// <param name="Offset">Bytes from the file's start; null where SQLite keeps the place to itself.</param>
/// <param name="Row">The row of a vector or of metadata; null for what is no row.</param>
/// <param name="Id">The record's id, where it can be read.</param>
/// <param name="What">In words.</param>
/// <param name="IsDerived">Whether it is made anew from what is whole, and nothing is lost with it.</param>
public sealed record IntegrityFinding(string File, long? Offset, int? Row, string? Id, string What, bool IsDerived);
