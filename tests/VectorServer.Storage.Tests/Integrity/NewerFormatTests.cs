using System.Text;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Tests.Integrity;

/// <summary>What a newer version made is not served, not called damaged, and not touched.</summary>
public sealed class NewerFormatTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("checkpoint.json", "checkpoint.copy.json")]
    [InlineData("checkpoint.json")] // a stop came between the two
    public async Task A_namespace_whose_checkpoint_has_a_newer_format_is_refused_as_that(params string[] files)
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        foreach (var file in files)
            Raise(Path.Combine(copy, "indexes", "docs", "a", file));

        StorageException refusal;
        IReadOnlyList<DamageReport> known;
        long found;
        await using (var engine = DamagedCopies.Open(copy))
        {
            refusal = Assert.Throws<StorageException>(() => engine.GetIndex("docs").Fetch("a", ["x"]));
            Assert.Equal(StorageErrorCode.NewerFormat, Assert.Throws<StorageException>(() => engine.GetIndex("docs").Fetch("a", ["x"])).Code);
            (known, found) = (engine.Damage.Current, engine.Damage.Found);
        }

        var before = Contents(copy);
        var verified = await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = copy }, repair: false, Cancellation);
        var repaired = await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = copy }, repair: true, Cancellation);

        Assert.Equal((StorageErrorCode.NewerFormat, "NEWER_FORMAT"), (refusal.Code, refusal.Reason));
        Assert.Contains("'a' of index 'docs' is not served: The namespace was made by a newer version", refusal.Message, StringComparison.Ordinal);
        Assert.True(Assert.Single(known).IsNewer);
        Assert.Equal(0, found);
        Assert.True(verified.IsNewer);
        Assert.True(repaired.IsNewer);
        Assert.Equal("a", Assert.Single(verified.Namespaces, ns => ns.NewerFormat is not null).Namespace);
        Assert.Equal(before, Contents(copy));
    }

    [Fact]
    public async Task A_number_that_only_looks_newer_is_damage()
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        var path = Path.Combine(copy, "indexes", "docs", "a", "checkpoint.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"format_version\": 1", "\"format_version\": 3", StringComparison.Ordinal)); // one bit

        var verified = await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = copy }, repair: false, Cancellation);

        Assert.False(verified.IsWhole);
        Assert.False(verified.IsNewer);
        Assert.True((await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = copy }, repair: true, Cancellation)).IsWhole);
    }

    [Fact]
    public async Task A_data_directory_whose_registry_is_newer_is_not_opened()
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        File.Delete(Path.Combine(copy, "registry.copy"));
        using (var registry = File.Open(Path.Combine(copy, "registry.db"), FileMode.Open))
        {
            registry.Position = 63; // the last byte of SQLite's user_version
            registry.WriteByte(7);
        }

        var refusal = Assert.Throws<StorageException>(() => DamagedCopies.Open(copy));

        Assert.Equal(StorageErrorCode.NewerFormat, refusal.Code);
        Assert.Contains("The data directory was made by a newer version of VectorServer: it has format 7", refusal.Message, StringComparison.Ordinal);
    }

    private static void Raise(string path)
    {
        var json = Encoding.UTF8.GetString(ChecksummedJson.TryOpen(File.ReadAllBytes(path), out _)!);
        var newer = json.Replace("\"format_version\": 1", "\"format_version\": 2,\n  \"all_else\": \"is new\"", StringComparison.Ordinal);
        Assert.NotEqual(json, newer);
        File.WriteAllBytes(path, ChecksummedJson.Seal(Encoding.UTF8.GetBytes(newer)));
    }

    private static List<(string File, string Hash)> Contents(string directory) =>
    [
        .. Directory.GetFiles(Path.Combine(directory, "indexes", "docs", "a"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => (file, Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))))),
    ];
}
