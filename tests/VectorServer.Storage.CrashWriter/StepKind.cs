namespace VectorServer.Storage.CrashWriter;

/// <summary>What a step of the script does to the index <c>docs</c>, unless it says otherwise. What cannot be done as things stand is left out.</summary>
public enum StepKind
{
    Upsert,

    /// <summary>An upsert of 1,000 records.</summary>
    Batch,

    /// <summary>Upserts of one record each, all sent before the first is acknowledged.</summary>
    Burst,
    Load,
    Update,
    UpdateByFilter,
    Delete,
    DeleteByFilter,
    Clear,
    Compact,
    Flush,

    /// <summary>Creates a namespace, or deletes it where it is there.</summary>
    Namespace,

    /// <summary>Creates an alias; repoints or deletes it where it is there.</summary>
    Alias,

    /// <summary>Makes a backup, or deletes it where it is there.</summary>
    Backup,

    /// <summary>Restores the backup as the index <c>restored</c>, or drops that index where it is there.</summary>
    Restore,

    /// <summary>Creates the index <c>extra</c>, or drops it where it is there.</summary>
    Index,
}
