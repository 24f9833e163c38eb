namespace VectorServer.Storage.Tests.Contract;

public sealed class NamespaceTests : IndexContract
{
    public static TheoryData<string> AwkwardNames =>
    [
        "a/b", "...", "../../etc", "./", "con", "NUL", "UPPER", "upper", " ", "per%cent", "tab\there", "name:with*all?", "gen-000001", ".tmp-x",
        "__default", new string('x', 512), new string('/', 512), new string('X', 511) + "Y",
    ];

    [Theory]
    [MemberData(nameof(AwkwardNames))]
    public async Task Any_name_is_kept_exactly_and_stays_inside_the_index(string name)
    {
        var index = CreateDense();
        var outside = Directory.GetFileSystemEntries(Path.GetDirectoryName(DataDirectory)!, "etc*").Length;

        await index.UpsertAsync(name, [Dense("a", [1, 2, 3])], Cancellation);
        await ReopenAsync();
        index = Engine.GetIndex("docs");

        Assert.Equal(name, Assert.Single(index.ListNamespaces(null, 10, null).Namespaces).Name);
        Assert.Single(index.Fetch(name, ["a"]).Records);
        Assert.Equal(outside, Directory.GetFileSystemEntries(Path.GetDirectoryName(DataDirectory)!, "etc*").Length);
    }

    [Fact]
    public async Task Names_that_differ_in_case_only_are_two_namespaces()
    {
        var index = CreateDense();

        await index.UpsertAsync("Docs", [Dense("a", [1, 2, 3])], Cancellation);
        await index.UpsertAsync("docs", [Dense("b", [1, 2, 3])], Cancellation);

        Assert.Equal(["a"], index.ListIds("Docs", null, 10, null).Ids);
        Assert.Equal(["b"], index.ListIds("docs", null, 10, null).Ids);
    }

    [Fact]
    public async Task Lists_page_by_name_and_count_all()
    {
        var index = CreateDense();
        foreach (var name in new[] { "b2", "a", "b1", "c", "b3" })
            await index.UpsertAsync(name, [Dense("x", [1, 2, 3])], Cancellation);

        var first = index.ListNamespaces("b", 2, null);
        var second = index.ListNamespaces("b", 2, first.NextAfterName);

        Assert.Equal(["b1", "b2"], first.Namespaces.Select(ns => ns.Name));
        Assert.Equal(3, first.TotalCount);
        Assert.Equal(["b3"], second.Namespaces.Select(ns => ns.Name));
        Assert.Null(second.NextAfterName);
    }

    [Fact]
    public async Task The_default_namespace_is_listed_by_the_name_that_clients_see()
    {
        var index = CreateDense();
        foreach (var name in new[] { "a", "", "Z", "__c" })
            await index.UpsertAsync(name, [Dense("x", [1, 2, 3])], Cancellation);

        var first = index.ListNamespaces(null, 2, null);
        var second = index.ListNamespaces(null, 2, first.NextAfterName);

        Assert.Equal(["Z", "__c"], first.Namespaces.Select(ns => ns.Name));
        Assert.Equal(["", "a"], second.Namespaces.Select(ns => ns.Name));
        Assert.Null(second.NextAfterName);
        Assert.Equal([""], index.ListNamespaces("__d", 2, null).Namespaces.Select(ns => ns.Name));
    }

    [Fact]
    public async Task Creation_is_empty_and_keeps_its_fields_across_a_restart()
    {
        var index = CreateDense();

        var created = index.CreateNamespace("movies", ["genre", "year"]);
        await ReopenAsync();
        index = Engine.GetIndex("docs");

        Assert.Equal(0, created.RecordCount);
        Assert.Equal(["genre", "year"], index.DescribeNamespace("movies").FilterableFields);
        Assert.Equal(StorageErrorCode.AlreadyExists, Assert.Throws<StorageException>(() => index.CreateNamespace("movies")).Code);
        Assert.Equal(StorageErrorCode.AlreadyExists, Assert.Throws<StorageException>(() => index.CreateNamespace("")).Code);
    }

    [Fact]
    public async Task Deletion_removes_records_and_name_and_a_write_begins_anew()
    {
        var index = CreateDense();
        await index.UpsertAsync("movies", [Dense("a", [1, 2, 3])], Cancellation);

        await index.DeleteNamespaceAsync("movies", Cancellation);

        Assert.Equal(StorageErrorCode.NotFound, Assert.Throws<StorageException>(() => index.DescribeNamespace("movies")).Code);
        await Assert.ThrowsAsync<StorageException>(() => index.DeleteNamespaceAsync("movies", Cancellation));
        await index.UpsertAsync("movies", [Dense("b", [1, 2, 3])], Cancellation);
        Assert.Equal(["b"], index.ListIds("movies", null, 10, null).Ids);
        await ReopenAsync();
        Assert.Equal(["b"], Engine.GetIndex("docs").ListIds("movies", null, 10, null).Ids);
    }

    [Fact]
    public async Task A_namespace_removed_while_it_is_used_is_absent_and_never_a_failure()
    {
        var index = CreateDense();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(
            async () =>
            {
                for (var i = 0; i < 40; i++)
                    await Use(worker + i);
            },
            Cancellation)));

        async Task Use(int step)
        {
            try
            {
                switch (step % 6)
                {
                    case 0: await index.UpsertAsync("busy", [Dense($"r{step}", [1, 2, 3])], Cancellation); break;
                    case 1: await index.DeleteNamespaceAsync("busy", Cancellation); break;
                    case 2: index.ListNamespaces(null, 10, null); break;
                    case 3: await index.CompactAsync("busy", Cancellation); break;
                    case 4: index.DescribeNamespace("busy"); break;
                    default: await index.FlushAsync(Cancellation); break;
                }
            }
            catch (StorageException absent)
            {
                Assert.Equal("Namespace not found", absent.Message);
            }
        }
    }

    [Fact]
    public async Task An_index_dropped_while_its_namespaces_are_removed_and_written_is_not_found()
    {
        for (var round = 0; round < 10; round++)
        {
            var index = CreateDense();
            var work = Enumerable.Range(0, 12).Select(i => Task.Run(
                async () =>
                {
                    var ns = $"ns{i % 3}";
                    try
                    {
                        await index.UpsertAsync(ns, [Dense("a", [1, 2, 3])], Cancellation);
                        await index.DeleteNamespaceAsync(ns, Cancellation);
                    }
                    catch (StorageException gone)
                    {
                        Assert.Equal(StorageErrorCode.NotFound, gone.Code);
                    }
                },
                Cancellation)).ToArray();
            await Task.WhenAny(work);

            await Engine.DropIndexAsync("docs");
            await Task.WhenAll(work);

            Assert.Empty(Engine.Indexes);
        }

        await ReopenAsync();
        Assert.Empty(Engine.Indexes);
    }

    [Fact]
    public void The_default_namespace_exists_before_its_first_write()
    {
        var index = CreateDense();

        Assert.Equal(0, index.DescribeNamespace("").RecordCount);
        Assert.Empty(index.ListNamespaces(null, 10, null).Namespaces);
    }

    [Fact]
    public async Task Ids_are_listed_in_byte_order_by_prefix_in_pages()
    {
        var index = CreateDense();
        string[] ids = ["doc1#b", "doc1#a", "Doc", "doc10#a", "doc2", "doc1", "\x7f", "!"];
        await index.UpsertAsync("", [.. ids.Select(id => Dense(id, [1, 2, 3]))], Cancellation);
        await index.DeleteAsync("", ["doc10#a"], Cancellation);

        var first = index.ListIds("", "doc1", 2, null);
        var second = index.ListIds("", "doc1", 2, first.NextAfterId);

        Assert.Equal(["doc1", "doc1#a"], first.Ids);
        Assert.Equal(["doc1#b"], second.Ids);
        Assert.Null(second.NextAfterId);
        Assert.Equal(ids.Except(["doc10#a"]).Order(StringComparer.Ordinal), index.ListIds("", null, 100, null).Ids);
    }

    [Fact]
    public async Task Fetch_by_filter_pages_in_id_order()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [.. Enumerable.Range(0, 25).Select(i => Dense($"r{i:D2}", [1, 2, i + 1], $$"""{"even":{{(i % 2 == 0 ? "true" : "false")}}}"""))], Cancellation);

        var seen = new List<string>();
        string? after = null;
        do
        {
            var page = index.FetchByFilter("", Filter("""{"even":true}"""), 5, after);
            seen.AddRange(page.Records.Select(record => record.Id));
            after = page.NextAfterId;
        }
        while (after is not null);

        Assert.Equal(Enumerable.Range(0, 25).Where(i => i % 2 == 0).Select(i => $"r{i:D2}"), seen);
    }
}
