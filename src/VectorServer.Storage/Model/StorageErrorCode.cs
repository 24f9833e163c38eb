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
