using System.Diagnostics;
using VectorServer.Storage.IO;
using VectorServer.Storage.Npy;

namespace VectorServer.Storage.Tests.Npy;

public sealed class NpyMatrixTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(123_456_789, 20_000)]
    public void Header_reads_back_what_it_wrote(int rows, int dimension)
    {
        var header = NpyHeader.Write(rows, dimension);

        Assert.Equal(128, header.Length);
        Assert.Equal((rows, dimension), NpyHeader.Read(header));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1536)]
    [InlineData(20_000)]
    public void Rows_survive_growth_over_chunks_and_a_reopen(int dimension)
    {
        var path = _directory.File("vectors.npy");
        var random = new Random(dimension);
        var rowCount = dimension == 3 ? 5000 : 300;
        var rows = Enumerable.Range(0, rowCount).Select(_ => Enumerable.Range(0, dimension).Select(_ => random.NextSingle()).ToArray()).ToArray();

        using (var matrix = NpyMatrix.Create(Disk.Real, path, dimension))
        {
            for (var i = 0; i < rowCount; i++)
                matrix.Write(i, rows[i]);
            Assert.All(Enumerable.Range(0, rowCount), i => Assert.True(matrix.Row(i).SequenceEqual(rows[i])));
            matrix.Seal(rowCount);
        }

        NpyMatrix.TrimFile(Disk.Real, path, rowCount, dimension);
        Assert.Equal(NpyHeader.Bytes + ((long)rowCount * dimension * sizeof(float)), new FileInfo(path).Length);
        using var reopened = NpyMatrix.Open(Disk.Real, path, dimension, rowCount);
        Assert.All(Enumerable.Range(0, rowCount), i => Assert.True(reopened.Row(i).SequenceEqual(rows[i])));
    }

    [Fact]
    public void A_file_shorter_than_its_checkpoint_is_refused()
    {
        var path = _directory.File("vectors.npy");
        using (var matrix = NpyMatrix.Create(Disk.Real, path, 4))
        {
            matrix.Write(0, new float[40]);
            matrix.Seal(10);
        }

        NpyMatrix.TrimFile(Disk.Real, path, 9, 4);

        var error = Assert.Throws<StorageException>(() => NpyMatrix.Open(Disk.Real, path, 4, 10));
        Assert.Equal(StorageErrorCode.DataCorruption, error.Code);
    }

    [Fact]
    public void NumPy_loads_the_file_after_a_checkpoint_while_it_is_still_growing()
    {
        Assert.SkipUnless(NumPyIsInstalled(), "python3 with numpy is not installed on this machine");
        var path = _directory.File("vectors.npy");
        using var matrix = NpyMatrix.Create(Disk.Real, path, 3);
        matrix.Write(0, [1, 2, 3, 4, 5, 6]);
        matrix.Seal(2);
        matrix.Write(2, [7, 8, 9]);

        var printed = RunPython($"import numpy; a = numpy.load('{path}'); m = numpy.load('{path}', mmap_mode='r'); print(a.shape, a.dtype, a.sum(), m.sum())");

        Assert.Equal("(2, 3) float32 21.0 21.0", printed.Trim());
    }

    private static bool NumPyIsInstalled()
    {
        try
        {
            return RunPython("import numpy; print(1)").StartsWith('1');
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string RunPython(string code)
    {
        // Debian keeps its numpy with /usr/bin/python3, which another python3 on the path may hide.
        var python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
        using var process = Process.Start(new ProcessStartInfo(python, ["-c", code]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
