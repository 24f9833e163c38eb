namespace VectorServer.Storage.Tests.Contract;

public sealed class WriteTests : IndexContract
{
    [Fact]
    public async Task Upsert_is_visible_to_the_next_read()
    {
        var index = CreateDense();

        await index.UpsertAsync("", [Dense("a", [1, 2, 3], """{"genre":"drama"}""")], Cancellation);

        var record = Assert.Single(index.Fetch("", ["a", "absent"]).Records);
        Assert.Equal("a", record.Id);
        Assert.Equal([1, 2, 3], record.Values.ToArray());
        Assert.Equal("""{"genre":"drama"}""", Json(record.Metadata));
    }

    [Fact]
    public async Task Upsert_of_an_existing_id_replaces_values_and_metadata_whole()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3], """{"genre":"drama"}""")], Cancellation);

        await index.UpsertAsync("", [Dense("a", [4, 5, 6])], Cancellation);

        var record = Assert.Single(index.Fetch("", ["a"]).Records);
        Assert.Equal([4, 5, 6], record.Values.ToArray());
        Assert.Null(record.Metadata);
        Assert.Equal(1, index.Stats().TotalRecordCount);
    }

    [Fact]
    public async Task The_last_of_equal_ids_in_one_batch_wins()
    {
        var index = CreateDense();

        await index.UpsertAsync("", [Dense("a", [1, 0, 0]), Dense("b", [0, 1, 0]), Dense("a", [0, 0, 1])], Cancellation);

        Assert.Equal([0, 0, 1], index.Fetch("", ["a"]).Records[0].Values.ToArray());
        Assert.Equal(2, index.Stats().TotalRecordCount);
        Assert.Equal(["a", "b"], index.ListIds("", null, 10, null).Ids);
    }

    [Theory]
    [InlineData(new float[] { 1, 2 }, "Vector dimension 2 does not match the dimension of the index 3")]
    [InlineData(new float[] { 0, 0, 0 }, "Dense vectors must contain at least one non-zero value")]
    [InlineData(new float[] { 1, float.NaN, 0 }, "finite")]
    [InlineData(new float[] { 1, float.PositiveInfinity, 0 }, "finite")]
    public async Task A_batch_with_one_bad_record_writes_none(float[] values, string message)
    {
        var index = CreateDense();

        var error = await Assert.ThrowsAsync<StorageException>(
            () => index.UpsertAsync("", [Dense("good", [1, 2, 3]), Dense("bad", values)], Cancellation));

        Assert.Equal(StorageErrorCode.InvalidArgument, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Empty(index.Fetch("", ["good"]).Records);
        Assert.Equal(0, index.Stats().TotalRecordCount);
    }

    [Theory]
    [InlineData("")]
    [InlineData("naïve")]
    [InlineData("a\0b")]
    public async Task An_id_outside_the_rules_is_refused(string id)
    {
        var index = CreateDense();

        var error = await Assert.ThrowsAsync<StorageException>(() => index.UpsertAsync("", [Dense(id, [1, 2, 3])], Cancellation));

        Assert.Equal(StorageErrorCode.InvalidArgument, error.Code);
    }

    [Fact]
    public async Task Ids_of_512_characters_are_stored_and_513_refused()
    {
        var index = CreateDense();
        var longest = new string('x', 512);

        await index.UpsertAsync("", [Dense(longest, [1, 2, 3])], Cancellation);

        Assert.Single(index.Fetch("", [longest]).Records);
        await Assert.ThrowsAsync<StorageException>(() => index.UpsertAsync("", [Dense(longest + "x", [1, 2, 3])], Cancellation));
    }

    [Fact]
    public async Task Update_merges_metadata_and_keeps_what_it_does_not_name()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3], """{"genre":"drama","year":2019}""")], Cancellation);

        await index.UpdateAsync("", new RecordUpdate("a", SetMetadata: Metadata("""{"year":2020,"new":true}""")), Cancellation);

        var record = index.Fetch("", ["a"]).Records[0];
        Assert.Equal([1, 2, 3], record.Values.ToArray());
        Assert.Equal("""{"genre":"drama","year":2020,"new":true}""", Json(record.Metadata));
    }

    [Fact]
    public async Task Update_of_values_keeps_metadata()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3], """{"genre":"drama"}""")], Cancellation);

        await index.UpdateAsync("", new RecordUpdate("a", Values: new float[] { 7, 8, 9 }), Cancellation);

        var record = index.Fetch("", ["a"]).Records[0];
        Assert.Equal([7, 8, 9], record.Values.ToArray());
        Assert.Equal("""{"genre":"drama"}""", Json(record.Metadata));
    }

    [Fact]
    public async Task Update_of_an_unknown_id_changes_nothing()
    {
        var index = CreateDense();
        var written = await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);

        var result = await index.UpdateAsync("", new RecordUpdate("b", Values: new float[] { 7, 8, 9 }), Cancellation);

        Assert.Equal(written.Lsn, result.Lsn);
        Assert.Empty(index.Fetch("", ["b"]).Records);
    }

    [Fact]
    public async Task Update_by_filter_changes_matches_up_to_the_limit_and_counts_all()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [.. Enumerable.Range(0, 10).Select(i => Dense($"r{i}", [i + 1, 1, 1], $$"""{"n":{{i}}}"""))], Cancellation);

        var counted = await index.UpdateByFilterAsync("", Filter("""{"n":{"$gte":4}}""")!, Metadata("""{"seen":true}""")!, dryRun: true, 100, Cancellation);
        var untouched = index.FetchByFilter("", Filter("""{"seen":true}"""), 100, null).Records.Count;
        var changed = await index.UpdateByFilterAsync("", Filter("""{"n":{"$gte":4}}""")!, Metadata("""{"seen":true}""")!, dryRun: false, 5, Cancellation);

        Assert.Equal(6, counted.MatchedRecords);
        Assert.Equal(0, untouched);
        Assert.Equal(6, changed.MatchedRecords);
        Assert.Equal(5, index.FetchByFilter("", Filter("""{"seen":true}"""), 100, null).Records.Count);
        Assert.Equal([5, 1, 1], index.Fetch("", ["r4"]).Records[0].Values.ToArray());
    }

    [Fact]
    public async Task Delete_by_ids_by_filter_and_all()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [.. Enumerable.Range(0, 10).Select(i => Dense($"r{i}", [i + 1, 1, 1], $$"""{"n":{{i}}}"""))], Cancellation);

        await index.DeleteAsync("", ["r0", "r1", "absent"], Cancellation);
        Assert.Equal(8, index.Stats().TotalRecordCount);

        await index.DeleteByFilterAsync("", Filter("""{"n":{"$lt":5}}""")!, Cancellation);
        Assert.Equal(["r5", "r6", "r7", "r8", "r9"], index.ListIds("", null, 100, null).Ids);

        await index.DeleteAllAsync("", Cancellation);
        Assert.Equal(0, index.Stats().TotalRecordCount);
        Assert.Empty(index.ListIds("", null, 100, null).Ids);
        Assert.Equal(0, index.DescribeNamespace("").RecordCount);

        await index.UpsertAsync("", [Dense("r5", [1, 2, 3])], Cancellation);
        Assert.Equal(["r5"], index.ListIds("", null, 100, null).Ids);
    }

    [Fact]
    public async Task Deletes_in_an_absent_namespace_are_refused_and_reads_are_empty()
    {
        var index = CreateDense();

        var error = await Assert.ThrowsAsync<StorageException>(() => index.DeleteAllAsync("nowhere", Cancellation));

        Assert.Equal(StorageErrorCode.NotFound, error.Code);
        Assert.Equal("Namespace not found", error.Message);
        Assert.Empty(index.Fetch("nowhere", ["a"]).Records);
        Assert.Empty(index.Query("nowhere", new VectorQuery { TopK = 5, Vector = new float[] { 1, 2, 3 } }, Cancellation).Matches);
        Assert.Empty(index.ListIds("nowhere", null, 10, null).Ids);
        Assert.DoesNotContain(index.ListNamespaces(null, 10, null).Namespaces, ns => ns.Name == "nowhere");
    }

    [Fact]
    public async Task Deletes_in_the_default_namespace_before_its_first_write_change_nothing()
    {
        var index = CreateDense();

        await index.DeleteAsync("", ["a"], Cancellation);
        await index.DeleteByFilterAsync("", Filter("""{"n":1}""")!, Cancellation);
        var cleared = await index.DeleteAllAsync("", Cancellation);
        await index.DeleteNamespaceAsync("", Cancellation);

        Assert.Equal(default, cleared.Lsn);
        Assert.Empty(index.ListNamespaces(null, 10, null).Namespaces);
        Assert.Equal(0, index.DescribeNamespace("").RecordCount);
    }

    [Fact]
    public async Task Lsns_grow_with_every_write_and_reads_show_the_newest()
    {
        var index = CreateDense();

        var first = await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);
        var second = await index.DeleteAsync("", ["a"], Cancellation);

        Assert.True(second.Lsn > first.Lsn);
        Assert.Equal(second.Lsn, index.Fetch("", ["a"]).MaxIndexedLsn);
    }

    [Fact]
    public async Task Sparse_values_are_kept_by_a_dense_index_of_any_metric()
    {
        var record = Dense("a", [1, 2, 3]) with { Sparse = SparseVector.Create([7, 3], [0.5f, 0.25f]) };
        foreach (var metric in Enum.GetValues<Metric>())
        {
            var index = CreateDense($"of-{(int)metric}", metric: metric);
            await index.UpsertAsync("", [record], Cancellation);
            await index.UpsertAsync("", [Dense("b", [3, 2, 1])], Cancellation);
            await index.UpdateAsync("", new RecordUpdate("b", Sparse: SparseVector.Create([9], [2])), Cancellation);
            await index.CompactAsync("", Cancellation);
        }

        await ReopenAsync();

        foreach (var index in Engine.Indexes)
        {
            var stored = index.Fetch("", ["a"]).Records[0].Sparse!;
            Assert.Equal([3u, 7u], stored.Indices.ToArray());
            Assert.Equal([0.25f, 0.5f], stored.Values.ToArray());
            Assert.Equal([9u], index.Fetch("", ["b"]).Records[0].Sparse!.Indices.ToArray());

            // Asked by the record, only inner products count its sparse part.
            var byId = index.Query("", new VectorQuery { TopK = 2, Id = "a", IncludeValues = true }, Cancellation);
            Assert.Equal(["a", "b"], byId.Matches.Select(match => match.Id));
            Assert.NotNull(byId.Matches[0].Sparse);
            var score = index.Descriptor.Metric switch { Metric.Cosine => 1, Metric.Euclidean => 0, _ => 14.3125f };
            Assert.Equal(score, byId.Matches[0].Score, 1e-5f);
        }
    }

    [Fact]
    public async Task Updates_in_a_sparse_index_keep_what_they_do_not_name_across_a_restart()
    {
        var index = CreateSparse();
        await index.UpsertAsync("", [Sparse("a", [1], [1], """{"n":1}"""), Sparse("b", [2], [1])], Cancellation);

        await index.UpdateAsync("", new RecordUpdate("a", Sparse: SparseVector.Create([7], [2])), Cancellation);
        await index.UpdateAsync("", new RecordUpdate("b", SetMetadata: Metadata("""{"n":2}""")), Cancellation);
        await index.UpdateByFilterAsync("", Filter("""{"n":1}""")!, Metadata("""{"seen":true}"""), dryRun: false, 10, Cancellation);

        AssertUpdated(index);
        await ReopenAsync();
        AssertUpdated(Engine.GetIndex("sparse"));

        static void AssertUpdated(VectorIndex index)
        {
            var records = index.Fetch("", ["a", "b"]).Records;
            Assert.Equal([7u], records[0].Sparse!.Indices.ToArray());
            Assert.Equal("""{"n":1,"seen":true}""", Json(records[0].Metadata));
            Assert.Equal([2u], records[1].Sparse!.Indices.ToArray());
            Assert.Equal("""{"n":2}""", Json(records[1].Metadata));
        }
    }

    [Fact]
    public async Task An_upsert_of_no_records_changes_nothing_and_the_namespace_opens_again()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [], Cancellation);
        await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);
        await index.DeleteAsync("", [], Cancellation);

        await ReopenAsync();

        Assert.Equal(["a"], Engine.GetIndex("docs").ListIds("", null, 10, null).Ids);
    }

    [Fact]
    public async Task Many_writers_at_once_lose_nothing()
    {
        var index = CreateDense();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            index.UpsertAsync(i % 2 == 0 ? "" : "other", [Dense($"r{i}", [i + 1, 1, 1])], Cancellation)));

        Assert.Equal(200, index.Stats().TotalRecordCount);
        Assert.Equal(100, index.ListIds("other", null, 1000, null).Ids.Count);
    }
}
