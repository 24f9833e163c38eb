using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>What a caller in process does wrong is told as a <see cref="StorageException"/>, and harms nothing.</summary>
public sealed class MistakeTests : IndexContract
{
    [Fact]
    public async Task An_array_changed_while_a_write_runs_is_written_as_it_was()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("updated", [9, 9, 9])], Cancellation);
        using var arrived = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        Assert.True(index.Namespaces.TryAcquire("", out var lease));
        lease.Dispose();
        var blocker = index.Namespaces.Get("").MaintainAsync(
            () =>
            {
                arrived.Release();
                goOn.Wait();
            },
            Cancellation);
        await arrived.WaitAsync(Cancellation);

        float[] upserted = [1, 2, 3], updated = [4, 5, 6];
        var records = new List<VectorRecord> { new("a", upserted) };
        var ids = new List<string> { "gone" };
        var upsert = index.UpsertAsync("", records, Cancellation);
        var update = index.UpdateAsync("", new RecordUpdate("updated", updated), Cancellation);
        var delete = index.DeleteAsync("", ids, Cancellation);
        Array.Fill(upserted, float.NaN);
        Array.Clear(updated);
        records.Clear();
        ids[0] = "a";
        goOn.Release();
        await Task.WhenAll(blocker, upsert, update, delete);

        float[][] expected = [[1, 2, 3], [4, 5, 6]];
        Assert.Equal(expected, index.Fetch("", ["a", "updated"]).Records.Select(record => record.Values.ToArray()));
        await ReopenAsync();
        Assert.Equal(expected, Engine.GetIndex("docs").Fetch("", ["a", "updated"]).Records.Select(record => record.Values.ToArray()));
    }

    public static TheoryData<string, Func<VectorIndex, object?>> Calls => new()
    {
        { "null", index => index.UpsertAsync(null!, [Dense("a", [1, 2, 3])]) },
        { "null", index => index.UpsertAsync("", null!) },
        { "null", index => index.UpsertAsync("", [null!]) },
        { "null", index => index.UpsertAsync("", [Dense(null!, [1, 2, 3])]) },
        { "null", index => index.LoadAsync("", [Dense(null!, [1, 2, 3])]) },
        { "dimension 0", index => index.UpsertAsync("", [new VectorRecord("a", default)]) },
        { "null", index => { index.Check(null!); return null; } },
        { "null", index => index.UpdateAsync("", null!) },
        { "null", index => index.UpdateAsync("", new RecordUpdate(null!)) },
        { "null", index => index.UpdateByFilterAsync("", null!, null, dryRun: true, limit: 1) },
        { "limit", index => index.UpdateByFilterAsync("", Filter("""{"f":1}""")!, null, dryRun: true, limit: 0) },
        { "null", index => index.DeleteAsync("", null!) },
        { "null", index => index.DeleteAsync("", [null!]) },
        { "null", index => index.DeleteAsync(null!, ["a"]) },
        { "null", index => index.DeleteByFilterAsync("", null!) },
        { "null", index => index.DeleteAllAsync(null!) },
        { "null", index => index.Fetch(null!, ["a"]) },
        { "null", index => index.Fetch("", null!) },
        { "null", index => index.Fetch("", [null!]) },
        { "null", index => index.ReadAll(null!) },
        { "limit", index => index.FetchByFilter("", null, 0, null) },
        { "limit", index => index.FetchByFilter("", Filter("""{"f":1}"""), 0, null) },
        { "limit", index => index.FetchByFilter("", null, -1, null) },
        { "limit", index => index.ListIds("", null, 0, null) },
        { "null", index => index.ListIds(null!, null, 1, null) },
        { "limit", index => index.ListNamespaces(null, 0, null) },
        { "limit", index => index.ListAliases(null, null, 0, null) },
        { "null", index => index.Count(null!, null) },
        { "null", index => index.Query(null!, new VectorQuery { TopK = 1, Vector = new float[3] }) },
        { "null", index => index.Query("", null!) },
        { "topK", index => index.Query("", new VectorQuery { TopK = 0, Vector = new float[3] }) },
        { "dimension 0", index => index.Query("", new VectorQuery { TopK = 1, Vector = default(ReadOnlyMemory<float>) }) },
        { "scan_factor", index => index.Query("", new VectorQuery { TopK = 1, Vector = new float[3], ScanFactor = 0 }) },
        { "scan_factor", index => index.Query("", new VectorQuery { TopK = 1, Vector = new float[3], ScanFactor = -1 }) },
        { "scan_factor", index => index.Query("", new VectorQuery { TopK = 1, Vector = new float[3], ScanFactor = 1e30f }) },
        { "scan_factor", index => index.Query("", new VectorQuery { TopK = 1, Vector = new float[3], ScanFactor = float.NaN }) },
        { "max_candidates", index => index.Query("", new VectorQuery { TopK = 1, Vector = new float[3], MaxCandidates = 0 }) },
        { "null", index => index.QueryMany(null!) },
        { "null", index => index.QueryMany([null!]) },
        { "null", index => index.QueryMany([new NamespaceQuery(null!, new VectorQuery { TopK = 1, Vector = new float[3] })]) },
        { "null", index => index.QueryMany([new NamespaceQuery("", null!)]) },
        { "null", index => index.CreateNamespace(null!) },
        { "null", index => index.DescribeNamespace(null!) },
        { "null", index => index.DeleteNamespaceAsync(null!) },
        { "null", index => index.CompactAsync(null!) },
        { "null", index => index.CreateAlias(null!, "") },
        { "null", index => index.CreateAlias("a", null!) },
        { "null", index => index.RepointAlias("a", null!) },
        { "null", index => index.DescribeAlias(null!) },
        { "null", index => { index.DeleteAlias(null!); return null; } },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_call_that_cannot_be_meant_is_refused(string part, Func<VectorIndex, object?> call)
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("kept", [1, 2, 3])], Cancellation);

        var refused = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            if (call(index) is Task task)
                await task;
        });

        Assert.Equal(StorageErrorCode.InvalidArgument, refused.Code);
        Assert.Contains(part, refused.Message, StringComparison.Ordinal);
        Assert.Single(index.Fetch("", ["kept"]).Records);
    }

    [Fact]
    public async Task The_largest_limit_is_one()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3], """{"f":1}"""), Dense("b", [1, 2, 3], """{"f":1}""")], Cancellation);

        Assert.Equal(2, index.ListIds("", null, int.MaxValue, null).Ids.Count);
        Assert.Equal(2, index.FetchByFilter("", null, int.MaxValue, null).Records.Count);
        Assert.Equal(2, index.FetchByFilter("", Filter("""{"f":1}"""), int.MaxValue, null).Records.Count);
        Assert.Single(index.ListNamespaces(null, int.MaxValue, null).Namespaces);
        index.CreateAlias("alias", "");
        Assert.Single(index.ListAliases(null, null, int.MaxValue, null).Aliases);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("Upper")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a_b")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("é")]
    [InlineData("0123456789012345678901234567890123456789012345")]
    public void An_index_name_that_no_client_can_address_is_refused(string? name)
    {
        var refused = Assert.Throws<StorageException>(() => Engine.CreateIndex(new IndexDescriptor { Name = name!, Dimension = 3 }));

        Assert.Equal(StorageErrorCode.InvalidArgument, refused.Code);
        Assert.Empty(Engine.Indexes);
        Assert.Equal(StorageErrorCode.NotFound, Assert.Throws<StorageException>(() => Engine.GetIndex(name!)).Code);
    }

    [Fact]
    public void A_description_that_is_of_no_kind_is_refused()
    {
        IndexDescriptor?[] descriptions =
        [
            null,
            new() { Name = "docs", Dimension = 3, Metric = (Metric)9 },
            new() { Name = "docs", Dimension = 3, VectorType = (VectorType)9 },
            new() { Name = "docs", Dimension = 3, Compression = (Compression)99 },
            new() { Name = "docs", Dimension = 3, Attributes = null! },
            new() { Name = "docs", Dimension = 3, Search = null! },
            new() { Name = "docs", Dimension = 0 },
        ];
        foreach (var description in descriptions)
            Assert.Equal(StorageErrorCode.InvalidArgument, Assert.Throws<StorageException>(() => Engine.CreateIndex(description!)).Code);
        Assert.Empty(Engine.Indexes);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("__default__")]
    public async Task A_namespace_name_that_no_client_can_address_is_refused_wherever_one_is_made(string name)
    {
        var index = CreateDense();
        VectorRecord[] records = [Dense("a", [1, 2, 3])];

        foreach (var make in (Func<Task>[])
            [() => index.UpsertAsync(name, records, Cancellation), () => index.LoadAsync(name, records, Cancellation), () => Task.FromResult(index.CreateNamespace(name))])
        {
            var refused = await Assert.ThrowsAsync<StorageException>(make);
            Assert.Equal((StorageErrorCode.InvalidArgument, $"Namespace name must not be '{name}'"), (refused.Code, refused.Message));
        }

        Assert.Empty(index.NamespaceNames());
        Assert.Empty(index.Fetch(name, ["a"]).Records);
    }

    [Theory]
    [InlineData(".", "%2E")]
    [InlineData("..", "%2E%2E")]
    public async Task A_namespace_of_such_a_name_that_an_earlier_version_made_is_read_written_and_deleted(string name, string directory)
    {
        await CreateDense().UpsertAsync("old", [Dense("a", [1, 2, 3])], Cancellation);
        await Engine.DisposeAsync();
        var indexDirectory = Path.Combine(DataDirectory, "indexes", "docs");
        Directory.Move(Path.Combine(indexDirectory, "old"), Path.Combine(indexDirectory, directory));
        var description = NamespaceLayout.Description(Path.Combine(indexDirectory, directory));
        new NamespaceDescription(name, null, DateTimeOffset.UnixEpoch).Write(IO.Disk.Real, description);
        await ReopenAsync();
        var index = Engine.GetIndex("docs");

        Assert.Equal([name], index.ListNamespaces(null, 10, null).Namespaces.Select(ns => ns.Name));
        Assert.Single(index.Fetch(name, ["a"]).Records);
        await index.UpsertAsync(name, [Dense("b", [1, 2, 3])], Cancellation);
        Assert.Equal(2, index.DescribeNamespace(name).RecordCount);
        await index.DeleteNamespaceAsync(name, Cancellation);
        Assert.Empty(index.NamespaceNames());
    }
}
