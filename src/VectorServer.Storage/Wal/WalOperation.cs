using VectorServer.Storage.Model;

namespace VectorServer.Storage.Wal;

/// <summary>
/// What one request did to a namespace, as the log keeps it: its effects, not its wording. An update is logged as the whole record it
/// made, a delete by filter as the ids it found, so replay never searches.
/// </summary>
internal abstract record WalOperation;

/// <summary>Whole records, new or replacing; an id twice: the last one wins.</summary>
/// <param name="Entries">The records.</param>
/// <param name="Key">What the namespace remembers it by; null for most.</param>
internal sealed record PutOperation(IReadOnlyList<PutEntry> Entries, IdempotencyKey? Key = null) : WalOperation;

/// <summary>Records removed; ids that are not there are ignored.</summary>
internal sealed record RemoveOperation(IReadOnlyList<string> Ids) : WalOperation;

/// <summary>Every record removed.</summary>
internal sealed record ClearOperation : WalOperation;

/// <summary>One record of a <see cref="PutOperation"/>.</summary>
/// <param name="Id">The record's id.</param>
/// <param name="Values">The dense vector; empty when <paramref name="CopyFrom"/> names it, or in a sparse index.</param>
/// <param name="CopyFrom">An earlier row of the same generation that holds the dense vector: a change of metadata need not log it again.</param>
/// <param name="Sparse">The sparse vector, if any.</param>
/// <param name="Metadata">The metadata, if any.</param>
internal readonly record struct PutEntry(
    string Id, ReadOnlyMemory<float> Values, RowId? CopyFrom, SparseVector? Sparse, RecordMetadata? Metadata);
