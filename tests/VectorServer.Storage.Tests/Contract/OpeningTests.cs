using VectorServer.Storage.Tests.PowerLoss;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>What an operator is told of a directory that cannot be opened is true, and one line.</summary>
public sealed class OpeningTests
{
    [Fact]
    public async Task A_directory_that_another_engine_holds_is_in_use()
    {
        using var directory = new TempDirectory();
        await using var holder = VectorEngine.Open(new EngineOptions { DataDirectory = directory.Path });

        var refused = Assert.Throws<StorageException>(() => VectorEngine.Open(new EngineOptions { DataDirectory = directory.Path }));

        Assert.Equal(StorageErrorCode.FailedPrecondition, refused.Code);
        Assert.Contains("in use by another process", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_that_cannot_be_taken_for_another_reason_is_not_said_to_be_in_use()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows asks for a right to make links");
        using var directory = new TempDirectory();
        File.CreateSymbolicLink(directory.File("LOCK"), "LOCK"); // too many levels of links

        var refused = Assert.Throws<IOException>(() => VectorEngine.Open(new EngineOptions { DataDirectory = directory.Path }));

        Assert.DoesNotContain("in use", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_of_backups_that_the_disk_refuses_is_told_of_in_one_line()
    {
        using var directory = new TempDirectory();
        Directory.CreateDirectory(directory.File("data/backups"));
        var disk = new TestDisk(directory.Path)
        {
            Fault = operation => operation.Path.EndsWith("backups", StringComparison.Ordinal) ? new UnauthorizedAccessException("Permission denied") : null,
        };
        var log = new List<string>();

        await using var engine = VectorEngine.Open(Workload.Services(directory.File("data"), disk, log.Add));

        Assert.Equal("The disk refuses the directory of backups: Permission denied", Assert.Single(log));
    }
}
