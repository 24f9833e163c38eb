namespace VectorServer.Storage.Tests.Contract;

public sealed class SparseIndexTests : IndexContract
{
    [Fact]
    public async Task An_update_changes_metadata_or_values_and_keeps_the_rest()
    {
        var index = CreateSparse();
        await index.UpsertAsync("", [Sparse("a", [1], [2], """{"x":1}"""), Sparse("b", [1], [3])], Cancellation);

        await index.UpdateAsync("", new RecordUpdate("a", SetMetadata: Metadata("""{"y":2}""")), Cancellation);
        await index.UpdateAsync("", new RecordUpdate("b", Sparse: SparseVector.Create([5], [7])), Cancellation);
        await index.UpdateByFilterAsync("", Filter("""{"y":2}""")!, Metadata("""{"z":3}"""), dryRun: false, limit: 10, Cancellation);

        Check(index);
        await ReopenAsync();
        Check(Engine.GetIndex("sparse"));

        static void Check(VectorIndex index)
        {
            var records = index.Fetch("", ["a", "b"]).Records;
            Assert.Equal("""{"x":1,"y":2,"z":3}""", Json(records[0].Metadata));
            Assert.Equal([1u], records[0].Sparse!.Indices.ToArray());
            Assert.Equal([5u], records[1].Sparse!.Indices.ToArray());
            var query = new VectorQuery { TopK = 1, Sparse = SparseVector.Create([5], [1]) };
            Assert.Equal(7, Assert.Single(index.Query("", query, Cancellation).Matches).Score);
        }
    }

    [Fact]
    public async Task Compaction_keeps_the_records()
    {
        var index = CreateSparse();
        await index.UpsertAsync("", [.. Enumerable.Range(0, 50).Select(i => Sparse($"r{i:D2}", [(uint)i, 100], [1, i + 1]))], Cancellation);
        await index.DeleteAsync("", ["r49"], Cancellation);

        await index.CompactAsync("", Cancellation);
        await ReopenAsync();
        index = Engine.GetIndex("sparse");

        Assert.Equal(49, index.Stats().TotalRecordCount);
        Assert.Equal(0, index.Stats().Namespaces[0].DeletedRows);
        var query = new VectorQuery { TopK = 1, Sparse = SparseVector.Create([100], [1]) };
        Assert.Equal(("r48", 49f), index.Query("", query, Cancellation).Matches.Select(match => (match.Id, match.Score)).Single());
    }
}
