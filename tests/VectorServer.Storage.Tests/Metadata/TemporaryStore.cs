using System.Text.Json;
using VectorServer.Storage.Columns;
using VectorServer.Storage.IO;
using VectorServer.Storage.Metadata;
using VectorServer.Storage.Model;
using VectorServer.Storage.Tests.Filters.Sql;

namespace VectorServer.Storage.Tests.Metadata;

/// <summary>A metadata store in a fresh directory, gone with the test.</summary>
internal sealed class TemporaryStore : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("metadata-store-");

    public TemporaryStore() => Store = MetadataStore.Create(Disk.Real, Path);

    public string Path => System.IO.Path.Combine(_directory.FullName, "metadata.db");

    public MetadataStore Store { get; private set; }

    /// <summary>The columns of the store's rows, as they are since the first match.</summary>
    public ColumnStore Columns { get; private set; } = new();

    public static RecordMetadata? MetadataOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return RecordMetadata.Parse(document.RootElement);
    }

    public static Filter? FilterOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Filter.Parse(document.RootElement);
    }

    /// <summary>Commits one batch of rows from 0 on, with the ids <c>id-0</c>, <c>id-1</c>, ...; null is a record without metadata.</summary>
    public void Fill(params IReadOnlyList<string?> metadata)
    {
        Store.BeginBatch();
        for (var row = 0; row < metadata.Count; row++)
            Store.AddRow(new RowId(row), $"id-{row}", metadata[row] is { } json ? MetadataOf(json) : null, sparse: null);
        Store.CommitBatch();
    }

    /// <summary>The rows that match by the columns, of the first <paramref name="rowCount"/> or of all.</summary>
    public int[] Match(string filter, int? rowCount = null)
    {
        var matches = new List<int>();
        foreach (var row in Columns.Select(Store, rowCount ?? Store.RowCount, FilterOf(filter)!))
            matches.Add(row.Value);
        return [.. matches];
    }

    /// <summary>The same as SQLite sees it.</summary>
    public int[] MatchBySql(string filter, int? rowCount = null) => SqlFilter.Match(Path, FilterOf(filter)!, rowCount ?? Store.RowCount);

    public void Reopen()
    {
        Store.Dispose();
        Store = MetadataStore.Open(Disk.Real, Path);
        Columns = new ColumnStore();
    }

    public void Dispose()
    {
        Store.Dispose();
        _directory.Delete(recursive: true);
    }
}
