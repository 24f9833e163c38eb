using VectorServer.Storage.Ann;
using VectorServer.Storage.Ann.Hnsw;
using VectorServer.Storage.Ann.Ivf;
using VectorServer.Storage.IO;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Ann;

public class CandidateIndexFileTests
{
    private const int Dimension = 12;
    private const int Rows = 1500;
    private readonly float[] _vectors = TestVectors.Gaussian(new Random(3), Rows * Dimension);

    [Theory]
    [InlineData(IndexKind.Hnsw, Rows)]
    [InlineData(IndexKind.Hnsw, 700)] // what is durable may be less than what is linked
    [InlineData(IndexKind.IvfFlat, Rows)]
    [InlineData(IndexKind.IvfFlat, 700)]
    [InlineData(IndexKind.IvfFlat, 0)]
    [InlineData(IndexKind.IvfPq, Rows)]
    [InlineData(IndexKind.IvfPq, 700)]
    public void An_index_read_back_finds_the_same_and_grows_on(IndexKind kind, int saved)
    {
        using var directory = new TempDirectory();
        var path = Path.Combine(directory.Path, "ann.bin");
        using var index = Build(kind);

        CandidateIndexFile.Write(Disk.Real, path, index, Metric.Cosine, Dimension, saved);
        using var copy = CandidateIndexFile.Read(path, Metric.Cosine, Dimension, Row, CancellationToken.None);

        Assert.Equal(saved, copy.Count);
        var (asked, missed) = (0, 0);
        for (var row = 0; row < saved; row += 31)
        {
            var query = _vectors.AsSpan(row * Dimension, Dimension);
            var found = copy.Search(query, 40);
            asked++;
            missed += found.Take(5).Any(candidate => candidate.Row == row) ? 0 : 1;
            Assert.All(found, candidate => Assert.InRange(candidate.Row, 0, saved - 1));
            if (saved == Rows)
                Assert.Equal(index.Search(query, 40), found);
        }

        // Of half a graph, which two threads have linked in an order of their own, a node may have lost all its links to the other half.
        Assert.True(missed <= (saved == Rows ? 0 : asked / 10), $"{missed} of {asked} rows were not found");

        copy.Extend(Row, Rows, threads: 2, CancellationToken.None);
        Assert.Equal(Rows, copy.Count);
        Assert.Contains(copy.Search(Row(Rows - 1), 40).Take(5), candidate => candidate.Row == Rows - 1);
    }

    // The tables of a product quantiser make its file large: of that every seventh byte must do.
    [Theory]
    [InlineData(IndexKind.Hnsw, 1)]
    [InlineData(IndexKind.IvfFlat, 1)]
    [InlineData(IndexKind.IvfPq, 7)]
    public void Any_flipped_byte_or_cut_is_refused(IndexKind kind, int step)
    {
        using var directory = new TempDirectory();
        var path = Path.Combine(directory.Path, "ann.bin");
        using var index = Create(kind);
        index.Extend(Row, 30, threads: 1, CancellationToken.None);
        CandidateIndexFile.Write(Disk.Real, path, index, Metric.Cosine, Dimension, 30);
        var whole = File.ReadAllBytes(path);

        for (var at = 0; at < whole.Length; at += step)
        {
            var flipped = whole.ToArray();
            flipped[at] ^= 0x11;
            AssertRefused(path, flipped);
            AssertRefused(path, whole[..at]);
        }

        AssertRefused(path, [.. whole, 0]);
    }

    // A file whose checksum is right may still be another program's: nothing in it is believed unseen.
    [Theory]
    [InlineData(72, -1)] // lists asked for
    [InlineData(76, 0)] // rows learnt from
    [InlineData(80, int.MaxValue)] // rows
    [InlineData(80, 29)] // fewer than vectors
    [InlineData(84, 29)] // fewer vectors than are listed
    [InlineData(84, 0)]
    [InlineData(84, 31)] // more vectors than rows
    [InlineData(88, 0)] // lists
    [InlineData(88, 65_537)]
    [InlineData(88, 9)]
    public void An_inverted_file_that_contradicts_itself_is_refused(int at, int value)
    {
        using var directory = new TempDirectory();
        var path = Path.Combine(directory.Path, "ann.bin");
        using var index = new IvfIndex(IndexKind.IvfFlat, Metric.Cosine, Dimension, lists: 8);
        index.Extend(Row, 30, threads: 1, CancellationToken.None);
        CandidateIndexFile.Write(Disk.Real, path, index, Metric.Cosine, Dimension, 30);
        var bytes = File.ReadAllBytes(path);
        BitConverter.TryWriteBytes(bytes.AsSpan(at), value);
        using (var file = new CheckedWriter(Disk.Real, path))
        {
            file.Write(bytes.AsSpan(0, bytes.Length - sizeof(uint)));
            file.Commit();
        }

        Assert.Throws<StorageException>(() => CandidateIndexFile.Read(path, Metric.Cosine, Dimension, Row, CancellationToken.None).Dispose());
    }

    [Theory]
    [InlineData(IndexKind.Hnsw)]
    [InlineData(IndexKind.IvfFlat)]
    [InlineData(IndexKind.IvfPq)]
    public void Another_metric_or_dimension_is_refused(IndexKind kind)
    {
        using var directory = new TempDirectory();
        var path = Path.Combine(directory.Path, "ann.bin");
        using var index = Build(kind);
        CandidateIndexFile.Write(Disk.Real, path, index, Metric.Cosine, Dimension, Rows);

        Assert.Throws<StorageException>(() => CandidateIndexFile.Read(path, Metric.Euclidean, Dimension, Row, CancellationToken.None));
        Assert.Throws<StorageException>(() => CandidateIndexFile.Read(path, Metric.Cosine, Dimension + 1, Row, CancellationToken.None));
    }

    private void AssertRefused(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        var exception = Assert.Throws<StorageException>(() => CandidateIndexFile.Read(path, Metric.Cosine, Dimension, Row, CancellationToken.None).Dispose());
        Assert.Equal(StorageErrorCode.DataCorruption, exception.Code);
    }

    private CandidateIndex Build(IndexKind kind)
    {
        var index = Create(kind);
        index.Extend(Row, Rows, threads: 2, CancellationToken.None);
        return index;
    }

    private static CandidateIndex Create(IndexKind kind) => kind == IndexKind.Hnsw
        ? new HnswGraph(Metric.Cosine, Dimension, new HnswParameters(8, 60))
        : new IvfIndex(kind, Metric.Cosine, Dimension, lists: null);

    private ReadOnlySpan<float> Row(int row) => _vectors.AsSpan(row * Dimension, Dimension);
}
