using VectorServer.Storage.Ann;
using VectorServer.Storage.Ann.Hnsw;
using VectorServer.Storage.Scoring;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Ann;

public class CandidateIndexFileTests
{
    private const int Dimension = 12;
    private const int Rows = 1500;
    private readonly float[] _vectors = TestVectors.Gaussian(new Random(3), Rows * Dimension);

    [Theory]
    [InlineData(Rows)]
    [InlineData(700)] // what is durable may be less than what is linked
    public void An_index_read_back_finds_the_same_and_grows_on(int saved)
    {
        using var directory = new TempDirectory();
        var path = Path.Combine(directory.Path, "ann.bin");
        using var index = Build();

        CandidateIndexFile.Write(path, index, Metric.Cosine, Dimension, saved);
        using var copy = CandidateIndexFile.Read(path, Metric.Cosine, Dimension, Row, CancellationToken.None);

        Assert.Equal(saved, copy.Count);
        for (var row = 0; row < saved; row += 31)
        {
            var query = _vectors.AsSpan(row * Dimension, Dimension);
            var found = copy.Search(query, 40);
            Assert.Equal(row, found[0].Row);
            Assert.All(found, candidate => Assert.InRange(candidate.Row, 0, saved - 1));
            if (saved == Rows)
                Assert.Equal(index.Search(query, 40), found);
        }

        copy.Extend(Row, Rows, threads: 2, CancellationToken.None);
        Assert.Equal(Rows - 1, copy.Search(Row(Rows - 1), 40)[0].Row);
    }

    [Fact]
    public void Any_flipped_byte_or_cut_is_refused()
    {
        using var directory = new TempDirectory();
        var path = Path.Combine(directory.Path, "ann.bin");
        using var index = new HnswGraph(Metric.Cosine, Dimension, new HnswParameters(4, 10));
        index.Extend(Row, 30, threads: 1, CancellationToken.None);
        CandidateIndexFile.Write(path, index, Metric.Cosine, Dimension, 30);
        var whole = File.ReadAllBytes(path);

        for (var at = 0; at < whole.Length; at++)
        {
            var flipped = whole.ToArray();
            flipped[at] ^= 0x11;
            AssertRefused(path, flipped);
            AssertRefused(path, whole[..at]);
        }

        AssertRefused(path, [.. whole, 0]);
    }

    [Fact]
    public void Another_metric_or_dimension_is_refused()
    {
        using var directory = new TempDirectory();
        var path = Path.Combine(directory.Path, "ann.bin");
        using var index = Build();
        CandidateIndexFile.Write(path, index, Metric.Cosine, Dimension, Rows);

        Assert.Throws<StorageException>(() => CandidateIndexFile.Read(path, Metric.Euclidean, Dimension, Row, CancellationToken.None));
        Assert.Throws<StorageException>(() => CandidateIndexFile.Read(path, Metric.Cosine, Dimension + 1, Row, CancellationToken.None));
    }

    private void AssertRefused(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        var exception = Assert.Throws<StorageException>(() => CandidateIndexFile.Read(path, Metric.Cosine, Dimension, Row, CancellationToken.None).Dispose());
        Assert.Equal(StorageErrorCode.DataCorruption, exception.Code);
    }

    private HnswGraph Build()
    {
        var index = new HnswGraph(Metric.Cosine, Dimension, new HnswParameters(8, 60));
        index.Extend(Row, Rows, threads: 2, CancellationToken.None);
        return index;
    }

    private ReadOnlySpan<float> Row(int row) => _vectors.AsSpan(row * Dimension, Dimension);
}
