namespace VectorServer.Storage.IO;

/// <summary>Tells a full disk from one that fails, in what the framework throws.</summary>
internal static class DiskErrors
{
    // ENOSPC; EDQUOT of Linux and of macOS; ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL of Windows
    private static readonly int[] FullCodes = [28, 122, 69, unchecked((int)0x8007_0027), unchecked((int)0x8007_0070)];

    // EWOULDBLOCK of Linux and of macOS; ERROR_SHARING_VIOLATION of Windows
    private static readonly int[] SharingCodes = [11, 35, unchecked((int)0x8007_0020)];

    // ENOMEM, ENFILE, EMFILE; ERROR_TOO_MANY_OPEN_FILES of Windows
    private static readonly int[] ShortageCodes = [12, 23, 24, unchecked((int)0x8007_0004)];

    // ENOTDIR, EISDIR
    private static readonly int[] KindCodes = [20, 21];

    public static IOException OutOfSpace() => new("No space left on device", FullCodes[0]);

    /// <summary>Whether it is the disk's doing.</summary>
    public static bool IsDiskError(this Exception failure) =>
        failure is IOException or UnauthorizedAccessException or StorageException { Code: StorageErrorCode.OutOfSpace or StorageErrorCode.Unavailable };

    /// <summary>Whether it is the file's own doing: it is missing, something else is in its place, or this process may not read it.</summary>
    public static bool IsOfTheFile(this Exception failure) =>
        failure is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException
        || (failure is IOException io && KindCodes.Contains(io.HResult));

    /// <summary>Whether something is short for the moment, which says nothing of what is in the files.</summary>
    public static bool IsShortage(this Exception failure) =>
        failure.IsFull() || failure is StorageException { Code: StorageErrorCode.Unavailable } || (failure is IOException io && ShortageCodes.Contains(io.HResult));

    /// <summary>What the caller is told.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="what">What could not be done, as the beginning of a sentence.</param>
    public static StorageException Refusal(Exception failure, string what) => IsFull(failure)
        ? new StorageException(StorageErrorCode.OutOfSpace, $"{what}: the disk is full", failure)
        : new StorageException(StorageErrorCode.Unavailable, $"{what}: the disk refused", failure);

    /// <summary>Whether another process has the file.</summary>
    public static bool IsSharingViolation(this IOException failure) => SharingCodes.Contains(failure.HResult);

    /// <summary>Whether space would help.</summary>
    public static bool IsFull(this Exception failure) => failure switch
    {
        StorageException storage => storage.Code == StorageErrorCode.OutOfSpace,
        IOException io => FullCodes.Contains(io.HResult),
        _ => false,
    };
}
