using System.Text;
using VectorServer.Storage.IO;
using VectorServer.Storage.Registry;

namespace VectorServer.Storage.Tests.Contract;

public sealed class AliasTests : IndexContract
{
    private readonly SteppedTime _time = new();

    protected override EngineOptions Options => base.Options with { Time = _time };

    private string AliasFilePath => Path.Combine(DataDirectory, "indexes", "docs", "aliases.json");

    public static TheoryData<string> InvalidNames =>
        ["", "__default__", ".", "..", "a b", "a/b", "a?b", "a#b", "a%b", "a&b", "a=b", "a\\b", "a;b", "a+b", "é", "a\0", "\x7f", new string('x', 513)];

    [Fact]
    public async Task Every_read_by_an_alias_is_a_read_of_its_target_and_says_so()
    {
        var index = CreateDense();
        await index.UpsertAsync("blue", [Dense("a", [1, 2, 3], """{"x":1}""")], Cancellation);
        index.CreateAlias("live", "blue");

        var query = index.Query("live", new VectorQuery { TopK = 5, Vector = new float[] { 1, 2, 3 } }, Cancellation);
        var fetched = index.Fetch("live", ["a"]);
        var page = index.FetchByFilter("live", Filter("""{"x":1}"""), 10, null);
        var ids = index.ListIds("live", null, 10, null);

        Assert.Equal(["a"], query.Matches.Select(match => match.Id));
        Assert.Equal(["a"], fetched.Records.Select(record => record.Id));
        Assert.Equal(["a"], page.Records.Select(record => record.Id));
        Assert.Equal(["a"], ids.Ids);
        Assert.All([query.Namespace, fetched.Namespace, page.Namespace, ids.Namespace], read => Assert.Equal("blue", read));
    }

    [Fact]
    public async Task Repointing_moves_reads_and_the_time_of_the_change_and_nothing_else()
    {
        var index = CreateDense();
        await index.UpsertAsync("blue", [Dense("b", [1, 2, 3])], Cancellation);
        await index.UpsertAsync("", [Dense("d", [1, 2, 3])], Cancellation);
        var created = index.CreateAlias("live", "blue");

        var repointed = index.RepointAlias("live", "");

        Assert.Equal(["d"], index.ListIds("live", null, 10, null).Ids);
        Assert.Equal(created.CreatedAt, created.UpdatedAt);
        Assert.True(repointed.UpdatedAt > created.UpdatedAt);
        Assert.Equal(created with { TargetNamespace = "", UpdatedAt = repointed.UpdatedAt }, repointed);
        Assert.Equal(repointed, index.DescribeAlias("live"));
    }

    [Fact]
    public async Task A_deleted_alias_leaves_its_target_and_frees_its_name()
    {
        var index = CreateDense();
        await index.UpsertAsync("blue", [Dense("a", [1, 2, 3])], Cancellation);
        index.CreateAlias("live", "blue");

        index.DeleteAlias("live");

        Refused(StorageErrorCode.NotFound, null, () => index.DescribeAlias("live"));
        Refused(StorageErrorCode.NotFound, null, () => index.DeleteAlias("live"));
        Refused(StorageErrorCode.NotFound, null, () => index.RepointAlias("live", "blue"));
        Assert.Empty(index.ListIds("live", null, 10, null).Ids);
        Assert.Single(index.ListIds("blue", null, 10, null).Ids);
        index.CreateNamespace("live");
    }

    [Theory]
    [MemberData(nameof(InvalidNames))]
    public void A_name_that_addresses_cannot_carry_is_refused(string name)
    {
        var index = CreateDense();

        Refused(StorageErrorCode.InvalidArgument, "ALIAS_NAME_INVALID", () => index.CreateAlias(name, ""));
        Refused(StorageErrorCode.InvalidArgument, "ALIAS_NAME_INVALID", () => index.DescribeAlias(name));
        Refused(StorageErrorCode.InvalidArgument, "ALIAS_NAME_INVALID", () => index.RepointAlias(name, ""));
        Refused(StorageErrorCode.InvalidArgument, "ALIAS_NAME_INVALID", () => index.DeleteAlias(name));
    }

    [Fact]
    public async Task A_name_is_an_alias_or_a_namespace_and_never_both()
    {
        var index = CreateDense();
        index.CreateNamespace("blue");
        index.CreateAlias("live", "blue");

        var taken = Refused(StorageErrorCode.AlreadyExists, "ALIAS_ALREADY_EXISTS", () => index.CreateAlias("live", ""));
        Assert.Equal("blue", taken.ReasonMetadata["target_namespace"]);
        Refused(StorageErrorCode.AlreadyExists, "NAME_IN_USE_BY_NAMESPACE", () => index.CreateAlias("blue", ""));
        Refused(StorageErrorCode.AlreadyExists, "NAME_IN_USE_BY_ALIAS", () => index.CreateNamespace("live"));
        await RefusedAsync(StorageErrorCode.AlreadyExists, "NAME_IN_USE_BY_ALIAS", () => index.UpsertAsync("live", [Dense("a", [1, 2, 3])], Cancellation));
        Assert.Equal(["blue"], index.ListNamespaces(null, 10, null).Namespaces.Select(ns => ns.Name));
        Assert.Equal(["blue"], index.Stats().Namespaces.Select(ns => ns.Name));
    }

    [Fact]
    public void A_target_must_be_a_namespace_that_is_there()
    {
        var index = CreateDense();
        index.CreateAlias("live", "");

        Refused(StorageErrorCode.InvalidArgument, "TARGET_NAMESPACE_NOT_FOUND", () => index.CreateAlias("other", "missing"));
        Refused(StorageErrorCode.InvalidArgument, "TARGET_NAMESPACE_NOT_FOUND", () => index.RepointAlias("live", "missing"));
        Refused(StorageErrorCode.InvalidArgument, "TARGET_IS_ALIAS", () => index.CreateAlias("other", "live"));
        Refused(StorageErrorCode.InvalidArgument, "TARGET_IS_ALIAS", () => index.RepointAlias("live", "live"));
        Assert.Equal("", index.DescribeAlias("live").TargetNamespace);
    }

    [Fact]
    public async Task What_writes_or_asks_for_a_namespace_refuses_an_alias_and_changes_nothing()
    {
        var index = CreateDense();
        await index.UpsertAsync("blue", [Dense("a", [1, 2, 3], """{"x":1}""")], Cancellation);
        index.CreateAlias("live", "blue");
        var filter = Filter("""{"x":1}""")!;

        foreach (var write in new Func<Task>[]
        {
            () => index.UpdateAsync("live", new RecordUpdate("a", SetMetadata: Metadata("""{"x":2}""")), Cancellation),
            () => index.UpdateByFilterAsync("live", filter, Metadata("""{"x":2}"""), dryRun: false, 10, Cancellation),
            () => index.DeleteAsync("live", ["a"], Cancellation),
            () => index.DeleteByFilterAsync("live", filter, Cancellation),
            () => index.DeleteAllAsync("live", Cancellation),
        })
            await RefusedAsync(StorageErrorCode.FailedPrecondition, "WRITE_TO_ALIAS", write);
        Refused(StorageErrorCode.FailedPrecondition, "NAMESPACE_OPERATION_ON_ALIAS", () => index.DescribeNamespace("live"));
        await RefusedAsync(StorageErrorCode.FailedPrecondition, "NAMESPACE_OPERATION_ON_ALIAS", () => index.DeleteNamespaceAsync("live", Cancellation));
        await RefusedAsync(StorageErrorCode.FailedPrecondition, "NAMESPACE_OPERATION_ON_ALIAS", () => index.CompactAsync("live", Cancellation));

        Assert.Equal("""{"x":1}""", Json(Assert.Single(index.Fetch("blue", ["a"]).Records).Metadata));
    }

    [Fact]
    public async Task A_namespace_is_deleted_only_when_no_alias_targets_it()
    {
        var index = CreateDense();
        index.CreateNamespace("blue");
        index.CreateAlias("live", "blue");
        index.CreateAlias("default", "");

        await RefusedAsync(StorageErrorCode.FailedPrecondition, "NAMESPACE_TARGETED_BY_ALIAS", () => index.DeleteNamespaceAsync("blue", Cancellation));
        await RefusedAsync(StorageErrorCode.FailedPrecondition, "NAMESPACE_TARGETED_BY_ALIAS", () => index.DeleteNamespaceAsync("", Cancellation));

        index.RepointAlias("live", "");
        await index.DeleteNamespaceAsync("blue", Cancellation);
        Assert.Empty(index.ListNamespaces(null, 10, null).Namespaces);
    }

    [Fact]
    public void Lists_are_ordered_by_name_filtered_and_paged()
    {
        var index = CreateDense();
        index.CreateNamespace("blue");
        foreach (var (name, target) in new[] { ("b2", "blue"), ("Z", ""), ("b1", "blue"), ("a", "blue"), ("b3", "") })
            index.CreateAlias(name, target);

        var first = index.ListAliases(null, null, 3, null);
        var second = index.ListAliases(null, null, 3, first.NextAfterName);
        var filtered = index.ListAliases("b", "blue", 1, null);

        Assert.Equal(["Z", "a", "b1"], first.Aliases.Select(alias => alias.Name));
        Assert.Equal(["b2", "b3"], second.Aliases.Select(alias => alias.Name));
        Assert.Null(second.NextAfterName);
        Assert.Equal(5, second.TotalCount);
        Assert.Equal(["b1"], filtered.Aliases.Select(alias => alias.Name));
        Assert.Equal(("b1", 2), (filtered.NextAfterName, filtered.TotalCount));
        Assert.Equal(["Z", "b3"], index.ListAliases(null, "", 10, null).Aliases.Select(alias => alias.Name));
    }

    [Fact]
    public async Task An_index_has_a_thousand_aliases_and_no_more()
    {
        var aliases = Enumerable.Range(0, 999).Select(i => new NamespaceAlias($"a{i}", "", default, default));
        CreateDense();
        await Engine.DisposeAsync();
        AliasFile.Write(Disk.Real, AliasFilePath, aliases);
        await ReopenAsync();
        var index = Engine.GetIndex("docs");

        index.CreateAlias("last", "");

        Refused(StorageErrorCode.FailedPrecondition, "ALIASES_PER_INDEX_EXCEEDED", () => index.CreateAlias("more", ""));
        Assert.Equal(1000, VectorIndex.AliasesMax);
        index.DeleteAlias("a0");
        index.CreateAlias("more", "");
    }

    [Fact]
    public async Task Aliases_are_the_same_after_a_restart()
    {
        var index = CreateDense();
        index.CreateNamespace("blue");
        var name = "!\"'<>~" + new string('x', 506);
        index.CreateAlias(name, "blue");
        index.CreateAlias("gone", "blue");
        index.CreateAlias("live", "blue");
        index.DeleteAlias("gone");
        index.RepointAlias("live", "");
        var before = index.ListAliases(null, null, 10, null).Aliases;

        await ReopenAsync();

        index = Engine.GetIndex("docs");
        Assert.Equal(before, index.ListAliases(null, null, 10, null).Aliases);
        Assert.Equal(2, before.Count);
        Refused(StorageErrorCode.AlreadyExists, "NAME_IN_USE_BY_ALIAS", () => index.CreateNamespace("live"));
    }

    [Fact]
    public async Task Aliases_die_with_their_index()
    {
        CreateDense().CreateAlias("live", "");
        await Engine.DropIndexAsync("docs");

        var index = CreateDense();

        Assert.Empty(index.ListAliases(null, null, 10, null).Aliases);
        await index.UpsertAsync("live", [Dense("a", [1, 2, 3])], Cancellation);
    }

    [Fact]
    public async Task A_closed_index_does_not_answer_that_it_has_no_aliases()
    {
        var index = CreateDense();
        await Engine.DisposeAsync();

        Refused(StorageErrorCode.Unavailable, null, () => index.ListAliases(null, null, 10, null));
        Refused(StorageErrorCode.Unavailable, null, () => index.DescribeAlias("live"));
        Refused(StorageErrorCode.Unavailable, null, () => index.CreateAlias("live", ""));
    }

    [Fact]
    public async Task A_target_that_cannot_be_read_is_not_taken()
    {
        var index = CreateDense();
        index.CreateNamespace("blue");
        index.CreateAlias("live", "");
        await Engine.DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(DataDirectory, "indexes", "docs", "blue", "checkpoint.json"), "{", Cancellation);
        await ReopenAsync();
        index = Engine.GetIndex("docs");

        Refused(StorageErrorCode.FailedPrecondition, "TARGET_NAMESPACE_NOT_ACTIVE", () => index.RepointAlias("live", "blue"));
        Refused(StorageErrorCode.FailedPrecondition, "TARGET_NAMESPACE_NOT_ACTIVE", () => index.CreateAlias("other", "blue"));
    }

    [Fact]
    public async Task Any_byte_of_the_file_that_is_wrong_is_found_and_namespaces_that_are_there_are_served()
    {
        var index = CreateDense();
        await index.UpsertAsync("blue", [Dense("a", [1, 2, 3])], Cancellation);
        index.CreateAlias("live", "blue");
        CreateDense("other").CreateAlias("whole", "");
        var whole = await File.ReadAllBytesAsync(AliasFilePath, Cancellation);
        var random = new Random(21);

        for (var round = 0; round < 12; round++)
        {
            var damaged = whole.ToArray();
            damaged[random.Next(whole.Length)] ^= (byte)(1 << random.Next(7));
            await Engine.DisposeAsync();
            await File.WriteAllBytesAsync(AliasFilePath, damaged, Cancellation);
            await ReopenAsync();
            index = Engine.GetIndex("docs");

            Assert.Equal(["a"], index.ListIds("blue", null, 10, null).Ids);
            await index.UpsertAsync("blue", [Dense("a", [1, 2, 3])], Cancellation);
            await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);
            Refused(StorageErrorCode.DataCorruption, null, () => index.ListIds("live", null, 10, null));
            Refused(StorageErrorCode.DataCorruption, null, () => index.ListAliases(null, null, 10, null));
            Refused(StorageErrorCode.DataCorruption, null, () => index.CreateAlias("more", ""));
            await RefusedAsync(StorageErrorCode.DataCorruption, null, () => index.UpsertAsync("live", [Dense("a", [1, 2, 3])], Cancellation));
            await RefusedAsync(StorageErrorCode.DataCorruption, null, () => index.DeleteNamespaceAsync("blue", Cancellation));
            Assert.Equal("whole", Engine.GetIndex("other").DescribeAlias("whole").Name);
        }

        await Engine.DisposeAsync();
        await File.WriteAllBytesAsync(AliasFilePath, whole, Cancellation);
        await ReopenAsync();
        Assert.Equal(["a"], Engine.GetIndex("docs").ListIds("live", null, 10, null).Ids);
    }

    [Fact]
    public void A_change_that_the_disk_refuses_did_not_happen()
    {
        var index = CreateDense();
        index.CreateAlias("live", "");
        var obstacle = Directory.CreateDirectory(AliasFilePath + ".new");

        Assert.ThrowsAny<Exception>(() => index.DeleteAlias("live"));

        Assert.Equal("live", index.DescribeAlias("live").Name);
        obstacle.Delete();
        index.DeleteAlias("live");
        Assert.Empty(index.ListAliases(null, null, 10, null).Aliases);
    }

    [Fact]
    public async Task The_file_is_of_the_format_that_the_architecture_describes()
    {
        CreateDense();
        await Engine.DisposeAsync();
        const string Aliases =
            """[{"name":"live","target_namespace":"","created_at":"2026-07-01T00:00:00+00:00","updated_at":"2026-07-02T00:00:00+00:00"}]""";
        var checksum = IO.Crc32C.Compute(Encoding.UTF8.GetBytes(Aliases));
        await File.WriteAllTextAsync(AliasFilePath, $$"""{"format_version":1,"checksum":{{checksum}},"aliases":{{Aliases}}}""", Cancellation);

        await ReopenAsync();

        var expected = new NamespaceAlias("live", "", new DateTimeOffset(2026, 7, 1, 0, 0, 0, default), new DateTimeOffset(2026, 7, 2, 0, 0, 0, default));
        Assert.Equal(expected, Engine.GetIndex("docs").DescribeAlias("live"));
    }

    private static StorageException Refused(StorageErrorCode code, string? reason, Action action) => Check(code, reason, Assert.Throws<StorageException>(action));

    private static async Task<StorageException> RefusedAsync(StorageErrorCode code, string? reason, Func<Task> action) =>
        Check(code, reason, await Assert.ThrowsAsync<StorageException>(action));

    private static StorageException Check(StorageErrorCode code, string? reason, StorageException refusal)
    {
        Assert.Equal((code, reason), (refusal.Code, refusal.Reason));
        return refusal;
    }

    /// <summary>A clock that moves on with every look at it.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private long _seconds;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(Interlocked.Increment(ref _seconds));
    }
}
