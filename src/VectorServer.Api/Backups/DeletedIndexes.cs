using System.Text.Json;
using VectorServer.Storage;

namespace VectorServer.Api.Backups;

/// <summary>When indexes were deleted whose backups remain. Thread-safe.</summary>
internal sealed class DeletedIndexes(VectorEngine engine, TimeProvider time)
{
    private const string Kind = "deleted-indexes";

    /// <summary>Written before the index goes, so that no stop between the two loses it; it means nothing while the index is there.</summary>
    public void Add(Guid id) => engine.Documents.Put(
        Kind, id.ToString(), JsonSerializer.Serialize(new DeletedIndex(time.GetUtcNow()), BackupsJsonContext.Default.DeletedIndex));

    public void Remove(Guid id) => engine.Documents.Remove(Kind, id.ToString());

    /// <summary>The times, by index id.</summary>
    public IReadOnlyDictionary<Guid, DateTimeOffset> All()
    {
        var times = engine.Documents.All(Kind).ToDictionary(
            document => Guid.Parse(document.Key),
            document => JsonSerializer.Deserialize(document.Json, BackupsJsonContext.Default.DeletedIndex)!.DeletedAt);
        foreach (var index in engine.Indexes)
            times.Remove(index.Descriptor.Id);
        return times;
    }
}

/// <summary>When an index was deleted.</summary>
internal sealed record DeletedIndex(DateTimeOffset DeletedAt);
