using System.Collections.ObjectModel;

namespace VectorServer.Storage;

/// <summary>The engine's one exception for what a caller can cause or must know.</summary>
/// <param name="code">The kind of failure.</param>
/// <param name="message">Names the field, the value and the rule; never a file path.</param>
/// <param name="inner">The cause, for the log.</param>
public sealed class StorageException(StorageErrorCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public StorageErrorCode Code { get; } = code;

    /// <summary>The file cannot be read, and will not be: it is damaged, or a newer version made it.</summary>
    internal bool IsOfTheData => Code is StorageErrorCode.DataCorruption or StorageErrorCode.NewerFormat;

    /// <summary>Which rule of several that share a code, as a word for programs, <c>LIKE_THIS</c>; null where the code says it.</summary>
    public string? Reason { get; init; }

    /// <summary>What the reason is about, by name.</summary>
    public IReadOnlyDictionary<string, string> ReasonMetadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    internal static StorageException Invalid(string message) => new(StorageErrorCode.InvalidArgument, message);
}
