namespace VectorServer.Storage.Tests.Quality;

/// <summary>The records that a query may match.</summary>
internal sealed class Matching(ModelRecord[] records)
{
    public ModelRecord[] Records => records;

    /// <summary>The place of each, by id.</summary>
    public IReadOnlyDictionary<string, int> Places { get; } =
        records.Select((record, place) => (record.Id, place)).ToDictionary(entry => entry.Id, entry => entry.place, StringComparer.Ordinal);
}
