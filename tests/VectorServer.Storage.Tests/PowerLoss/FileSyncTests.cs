namespace VectorServer.Storage.Tests.PowerLoss;

public sealed class FileSyncTests
{
    [Fact]
    public void A_directory_that_its_file_system_cannot_sync_is_left_to_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no such directory everywhere");

        FileSync.SyncDirectory("/proc");
    }

    [Fact]
    public void A_directory_that_is_not_there_is_an_error()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is nothing to sync");
        using var directory = new TempDirectory();

        Assert.Throws<IOException>(() => FileSync.SyncDirectory(directory.File("absent")));
    }
}
