using VectorServer.Storage.Registry;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>Lists and statistics after a start tell of namespaces that nobody has opened, rightly, and open none.</summary>
public sealed class ClosedNamespacesTests : IndexContract
{
    private const int Many = NamespaceSet.ManyNamespaces + 20;

    private string IndexDirectory => Path.Combine(DataDirectory, "indexes", "docs");

    private string LeftFile => Path.Combine(IndexDirectory, "namespaces.bin");

    [Fact]
    public async Task After_a_clean_stop_nothing_is_opened_to_tell_of_them()
    {
        var index = await CreateAsync();
        var (stats, listed) = (index.Stats().Namespaces, Shown(index));
        await ReopenAsync();
        index = Engine.GetIndex("docs");

        Assert.Equal(stats, index.Stats().Namespaces);
        Assert.Equal(listed, Shown(index));
        Assert.Equal(3, index.DescribeNamespace("changed").RecordCount);
        Assert.Equal(stats.Sum(ns => ns.RecordCount), index.Observe().Records);
        Assert.Empty(index.Namespaces.Opened());
    }

    [Fact]
    public async Task After_a_kill_what_is_in_their_logs_alone_is_counted_and_none_is_opened()
    {
        var index = await CreateAsync();
        await index.FlushAsync(Cancellation);
        await index.UpsertAsync("folded", [Dense("b", [1, 2, 3]), Dense("a", [3, 2, 1])], Cancellation);
        await index.DeleteAsync("changed", ["c"], Cancellation);
        var expected = index.Stats().Namespaces;
        using var killed = Killed();
        await using var engine = VectorEngine.Open(Options with { DataDirectory = killed.Path });

        Assert.Equal(expected, engine.GetIndex("docs").Stats().Namespaces);
        Assert.Empty(engine.GetIndex("docs").Namespaces.Opened());
        Assert.Equal(["a", "b"], engine.GetIndex("docs").ListIds("folded", null, 10, null).Ids);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("older")]
    [InlineData("damaged")]
    [InlineData("torn")]
    public async Task Counts_that_do_not_follow_the_log_are_not_believed(string kind)
    {
        var index = await CreateAsync();
        var path = Path.Combine(IndexDirectory, "changed", "counts.bin");
        var older = await File.ReadAllBytesAsync(path, Cancellation);
        await index.UpsertAsync("changed", [Dense("new", [1, 1, 1])], Cancellation);
        var expected = index.Stats().Namespaces;
        using var killed = Killed();
        var copied = killed.File(Path.GetRelativePath(DataDirectory, path));
        var bytes = await File.ReadAllBytesAsync(copied, Cancellation);
        bytes[24] ^= 1;
        File.Delete(copied);
        if (kind != "missing")
            await File.WriteAllBytesAsync(copied, kind switch { "older" => older, "damaged" => bytes, _ => bytes[..30] }, Cancellation);
        await using var engine = VectorEngine.Open(Options with { DataDirectory = killed.Path });

        Assert.Equal(expected, engine.GetIndex("docs").Stats().Namespaces);
    }

    [Theory]
    [InlineData("checkpoint.json", false)]
    [InlineData("checkpoint.json", true)]
    [InlineData("wal", true)]
    [InlineData("gen-000001/metadata.db", true)]
    [InlineData("gen-000001/vectors.npy", true)]
    [InlineData("namespace.json", false)]
    public async Task A_damaged_one_is_told_of_beside_the_others(string file, bool isMissing)
    {
        await CreateAsync();
        await Engine.DisposeAsync();
        Damage("changed", file, isMissing);
        await ReopenAsync();
        var index = Engine.GetIndex("docs");

        var stats = index.Stats();

        Assert.Equal("changed", Assert.Single(stats.Damaged).Name);
        Assert.Equal(["", "empty", "folded"], stats.Namespaces.Select(ns => ns.Name));
        Assert.Equal(["changed"], index.ListNamespaces(null, 10, null).Namespaces.Where(ns => ns.Damage is not null).Select(ns => ns.Name));
    }

    [Fact]
    public async Task Of_many_one_file_tells_until_the_first_is_opened()
    {
        var index = await CreateManyAsync();
        var (stats, listed) = (index.Stats().Namespaces, Shown(index));
        await ReopenAsync();
        index = Engine.GetIndex("docs");
        Assert.True(File.Exists(LeftFile));

        Assert.Equal(stats, index.Stats().Namespaces);
        Assert.Equal(listed, Shown(index));
        Assert.Empty(index.Namespaces.Opened());
        await ReopenAsync(); // nothing was opened: the file is still true
        index = Engine.GetIndex("docs");
        Assert.Equal(stats, index.Stats().Namespaces);

        await index.UpsertAsync("n7", [Dense("more", [1, 2, 3])], Cancellation);
        Assert.False(File.Exists(LeftFile));
        using var killed = Killed();
        await using var engine = VectorEngine.Open(Options with { DataDirectory = killed.Path });
        Assert.Equal(Many + 1, engine.GetIndex("docs").Stats().TotalRecordCount);
        Assert.Equal(2, engine.GetIndex("docs").DescribeNamespace("n7").RecordCount);
        Assert.Empty(engine.GetIndex("docs").Namespaces.Opened());
    }

    [Theory]
    [InlineData("checkpoint.json", false)]
    [InlineData("namespace.json", false)]
    [InlineData("gen-000001/metadata.db", true)]
    public async Task Of_many_a_damaged_one_is_found_without_being_asked_for(string file, bool isMissing)
    {
        await CreateManyAsync();
        await Engine.DisposeAsync();
        Damage("n7", file, isMissing);
        await ReopenAsync();
        var index = Engine.GetIndex("docs");

        while (Engine.Damage.Current.Count == 0)
            await Task.Delay(10, Cancellation);

        Assert.Equal("n7", Assert.Single(index.Stats().Damaged).Name);
        Assert.Equal(Many - 1, index.Stats().TotalRecordCount);
    }

    [Fact]
    public async Task A_damaged_file_of_many_is_made_anew_by_a_look_at_each()
    {
        var index = await CreateManyAsync();
        var stats = index.Stats().Namespaces;
        await Engine.DisposeAsync();
        var bytes = await File.ReadAllBytesAsync(LeftFile, Cancellation);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(LeftFile, bytes, Cancellation);
        Directory.Delete(Path.Combine(IndexDirectory, "n9"), recursive: true);
        await ReopenAsync();

        Assert.Equal(stats.Where(ns => ns.Name != "n9"), Engine.GetIndex("docs").Stats().Namespaces);
        Assert.Empty(Engine.GetIndex("docs").Namespaces.Opened());
    }

    [Fact]
    public async Task Of_many_one_that_is_gone_is_missing_and_one_put_back_is_counted_as_it_is()
    {
        var index = await CreateManyAsync();
        await index.FlushAsync(Cancellation);
        using var older = Killed();
        await index.UpsertAsync("n7", [Dense("more", [1, 2, 3])], Cancellation);
        await Engine.DisposeAsync();
        Directory.Delete(Path.Combine(IndexDirectory, "n7"), recursive: true);
        Directory.Move(older.File("indexes/docs/n7"), Path.Combine(IndexDirectory, "n7"));
        Directory.Delete(Path.Combine(IndexDirectory, "n9"), recursive: true);
        await ReopenAsync();
        index = Engine.GetIndex("docs");

        while (index.Stats().TotalRecordCount != Many - 1)
            await Task.Delay(10, Cancellation);
        Assert.DoesNotContain("n9", index.NamespaceNames());
    }

    private async Task<VectorIndex> CreateAsync()
    {
        var index = CreateDense();
        index.CreateNamespace("empty", ["x", "y"]);
        await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);
        await index.UpsertAsync("folded", [Dense("a", [1, 2, 3])], Cancellation);
        await index.UpsertAsync("changed", [Dense("a", [1, 2, 3]), Dense("b", [1, 2, 3]), Dense("c", [1, 2, 3]), Dense("d", [3, 2, 1])], Cancellation);
        await index.UpsertAsync("changed", [Dense("a", [3, 2, 3])], Cancellation);
        await index.DeleteAsync("changed", ["b"], Cancellation);
        return index;
    }

    private async Task<VectorIndex> CreateManyAsync()
    {
        var index = CreateDense();
        index.CreateNamespace("n0", ["x"]);
        for (var i = 0; i < Many; i++)
            await index.UpsertAsync($"n{i}", [Dense("a", [1, 2, i])], Cancellation);
        return index;
    }

    /// <summary>What a kill at this moment leaves.</summary>
    private TempDirectory Killed()
    {
        var killed = new TempDirectory();
        foreach (var directory in Directory.GetDirectories(DataDirectory, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(killed.File(Path.GetRelativePath(DataDirectory, directory)));
        foreach (var file in Directory.GetFiles(DataDirectory, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "LOCK"))
            File.Copy(file, killed.File(Path.GetRelativePath(DataDirectory, file)));
        return killed;
    }

    private void Damage(string ns, string file, bool isMissing)
    {
        var path = Path.Combine(IndexDirectory, ns, file);
        if (!isMissing)
            File.WriteAllText(path, "{");
        else if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
    }

    private static List<string> Shown(VectorIndex index) =>
        [.. index.ListNamespaces(null, 1000, null).Namespaces.Select(ns => $"{ns.Name} {ns.RecordCount} {string.Join(',', ns.FilterableFields ?? ["all"])}")];
}
