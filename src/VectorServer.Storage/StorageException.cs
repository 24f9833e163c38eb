using System.Collections.ObjectModel;

namespace VectorServer.Storage;

/// <summary>What went wrong, in terms a caller can act on. The host maps each code to a status.</summary>
public enum StorageErrorCode
{
    /// <summary>The request breaks a rule of the data model; nothing was written.</summary>
    InvalidArgument,

    /// <summary>The index or namespace named does not exist.</summary>
    NotFound,

    /// <summary>The name is taken.</summary>
    AlreadyExists,

    /// <summary>The data directory or index is in a state that forbids the operation.</summary>
    FailedPrecondition,

    /// <summary>The index is closed or its disk refuses writes; a later attempt may succeed.</summary>
    Unavailable,

    /// <summary>The disk is full. Reads and deletions go on; writing does once there is space.</summary>
    OutOfSpace,

    /// <summary>Bytes on disk do not match their checksum or their description.</summary>
    DataCorruption,

    /// <summary>A newer version of the program made it: nothing is damaged, and this version cannot read it.</summary>
    NewerFormat,
}

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
