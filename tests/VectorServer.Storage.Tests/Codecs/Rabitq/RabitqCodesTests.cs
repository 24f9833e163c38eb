using VectorServer.Storage.Codecs;
using VectorServer.Storage.Codecs.Rabitq;
using VectorServer.Storage.IO;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Codecs.Rabitq;

public sealed class RabitqCodesTests
{
    private const int TopK = 10;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Metric.Cosine, 24)]
    [InlineData(Metric.DotProduct, 200)]
    [InlineData(Metric.Euclidean, 161)]
    public void Codes_read_back_find_and_estimate_the_same(Metric metric, int dimension)
    {
        using var directory = new TempDirectory();
        using var rows = Clustered(metric, dimension, 3_000);
        rows.Codes.EncodeUpTo(rows.Row, 2_000, TestContext.Current.CancellationToken);
        rows.Codes.EncodeUpTo(rows.Row, 3_000, TestContext.Current.CancellationToken); // lanes of two steps

        using var read = SaveAndRead(rows, directory, 3_000);

        Assert.Equal(3_000, read.Count);
        foreach (var query in Queries(dimension))
        {
            Assert.Equal(Search(rows, rows.Codes, query).Offered, Search(rows, read, query).Offered);
            Assert.Equal(Estimates(rows.Codes, query), Estimates(read, query));
        }
    }

    [Fact]
    public void Rows_behind_those_that_were_to_be_saved_are_left_out_and_encoded_after_it_is_read()
    {
        using var directory = new TempDirectory();
        using var rows = Clustered(Metric.Euclidean, 24, 3_000);
        rows.Codes.EncodeUpTo(rows.Row, 3_000, TestContext.Current.CancellationToken);

        using var read = SaveAndRead(rows, directory, 1_777);

        Assert.Equal(1_777, read.Count);
        foreach (var query in Queries(24))
        {
            Assert.All(Search(rows, read, query).Offered.Keys, row => Assert.InRange(row, 0, 1_776));
            Assert.Equal(1_777, SearchAll(rows, read, query).Offered.Count);
        }

        read.EncodeUpTo(rows.Row, 3_000, TestContext.Current.CancellationToken);
        foreach (var query in Queries(24))
        {
            Assert.Equal(3_000, SearchAll(rows, read, query).Offered.Count);
            Assert.Equal(0, Search(rows, read, query).Missed(rows.Ranks(query)));
        }
    }

    [Fact]
    public async Task Codes_saved_while_rows_are_added_hold_each_row_once()
    {
        using var directory = new TempDirectory();
        using var rows = Clustered(Metric.Euclidean, 24, 20_000, learntFrom: 2_000, copiesOf: 50);
        rows.Codes.EncodeUpTo(rows.Row, 1_000, TestContext.Current.CancellationToken);
        var adding = Task.Run(
            () =>
            {
                for (var count = 1_250; count <= 20_000; count += 250)
                    rows.Codes.EncodeUpTo(rows.Row, count, TestContext.Current.CancellationToken);
            },
            Cancellation);

        for (var round = 0; round < 5 || !adding.IsCompleted; round++)
        {
            var asked = rows.Codes.Count - (round % 3 * 100);
            using var read = SaveAndRead(rows, directory, asked);
            Assert.Equal(asked, read.Count);
            Assert.Equal(asked, SearchAll(rows, read, Queries(24)[0]).Offered.Count); // the sink refuses a row that comes twice
        }

        await adding;
    }

    [Theory]
    [InlineData(24)]
    [InlineData(170)]
    public async Task A_search_while_rows_are_added_sees_every_row_that_was_there_before(int dimension)
    {
        using var rows = Clustered(Metric.Euclidean, dimension, 12_000, learntFrom: 2_000, copiesOf: 40);
        rows.Codes.EncodeUpTo(rows.Row, 1_000, TestContext.Current.CancellationToken);
        var adding = Task.Run(
            () =>
            {
                for (var count = 1_100; count <= 12_000; count += 100)
                    rows.Codes.EncodeUpTo(rows.Row, count, TestContext.Current.CancellationToken);
            },
            Cancellation);

        for (var round = 0; round < 5 || !adding.IsCompleted; round++)
        {
            var (query, before) = (Queries(dimension)[round % 5], rows.Codes.Count);
            var all = new NearestSink(rows, query, int.MaxValue, before);
            Assert.True(rows.Codes.Search(query, all, Cancellation));
            Assert.Equal(before, all.Offered.Count);
        }

        await adding;
    }

    [Fact]
    public void Equal_rows_share_a_lane_and_all_are_found()
    {
        const int Dimension = 200;
        var different = TestVectors.Gaussian(new Random(3), 100 * Dimension);
        float[] values = [.. Enumerable.Range(0, 30).SelectMany(_ => different)];
        using var rows = new CodedRows(Compression.Rabitq, Metric.Euclidean, Dimension, values);
        rows.Codes.EncodeUpTo(rows.Row, rows.Count, TestContext.Current.CancellationToken);
        var sink = new NearestSink(rows, different[..Dimension], 30);
        Assert.True(rows.Codes.Search(different.AsSpan(0, Dimension), sink, Cancellation));

        Assert.Superset(Enumerable.Range(0, 30).Select(i => i * 100).ToHashSet(), sink.Offered.Keys.ToHashSet());
    }

    [Theory]
    [InlineData(Metric.Euclidean)]
    [InlineData(Metric.DotProduct)]
    public void Rows_too_long_for_the_space_are_offered_to_every_query(Metric metric)
    {
        using var directory = new TempDirectory();
        const int Dimension = 32;
        var values = TestVectors.Gaussian(new Random(4), 500 * Dimension);
        int[] far = [7, 8, 333];
        using var rows = new CodedRows(Compression.Rabitq, metric, Dimension, values);
        foreach (var row in far)
            values.AsSpan(row * Dimension, Dimension).Fill(1e30f); // after the calibration, which would take them for its unit; 7 and 8 are equal
        rows.Codes.EncodeUpTo(rows.Row, rows.Count, TestContext.Current.CancellationToken);
        using var read = SaveAndRead(rows, directory, rows.Count);

        foreach (var codes in new[] { rows.Codes, read })
        {
            foreach (var query in Queries(Dimension))
            {
                var sink = Search(rows, codes, query);
                Assert.Superset(far.ToHashSet(), sink.Offered.Keys.ToHashSet());
                Assert.Equal(0, sink.Missed(rows.Ranks(query)));
            }
        }
    }

    [Fact]
    public void Zero_rows_under_cosine_are_found_by_their_score_of_zero()
    {
        const int Dimension = 16;
        var values = TestVectors.Gaussian(new Random(5), 400 * Dimension);
        values.AsSpan(50 * Dimension, Dimension).Clear();
        using var rows = new CodedRows(Compression.Rabitq, Metric.Cosine, Dimension, values);
        rows.Codes.EncodeUpTo(rows.Row, rows.Count, TestContext.Current.CancellationToken);

        var sink = new NearestSink(rows, Queries(Dimension)[0], 400);
        Assert.True(rows.Codes.Search(Queries(Dimension)[0], sink, Cancellation));

        Assert.Equal(400, sink.Offered.Count);
    }

    [Fact]
    public void Any_flipped_byte_of_a_saved_file_is_found()
    {
        using var directory = new TempDirectory();
        using var rows = Clustered(Metric.Cosine, 170, 300, copiesOf: 20);
        rows.Codes.EncodeUpTo(rows.Row, 300, TestContext.Current.CancellationToken);
        var path = directory.File("codes.bin");
        CodeFile.Write(Disk.Real, path, rows.Codes, 300, Cancellation);
        var whole = File.ReadAllBytes(path);
        var random = new Random(6);

        foreach (var at in Enumerable.Range(0, 200).Concat(Enumerable.Range(0, 200).Select(_ => random.Next(whole.Length))))
        {
            var flipped = whole.ToArray();
            flipped[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, flipped);
            using var codes = rows.Codes.Codec.CreateCodes();
            Assert.Equal(StorageErrorCode.DataCorruption, Assert.Throws<StorageException>(() => CodeFile.Read(path, codes, 300)).Code);
        }
    }

    [Fact]
    public void Codes_whose_encoding_was_broken_off_take_no_more_rows_and_serve_those_they_had()
    {
        using var rows = Clustered(Metric.Euclidean, 24, 3_000);
        rows.Codes.EncodeUpTo(rows.Row, 1_000, TestContext.Current.CancellationToken);
        using var source = new CancellationTokenSource();
        var reads = 0;
        Assert.Throws<OperationCanceledException>(() => rows.Codes.EncodeUpTo(
            row =>
            {
                if (++reads > 2_700)
                    source.Cancel(); // when some are written
                return rows.Row(row);
            },
            3_000,
            source.Token));

        rows.Codes.EncodeUpTo(rows.Row, 3_000, TestContext.Current.CancellationToken);

        Assert.False(rows.Codes.TakesRows);
        Assert.Equal(1_000, rows.Codes.Count);
        var sink = new NearestSink(rows, Queries(24)[0], int.MaxValue, endRow: 1_000);
        Assert.True(rows.Codes.Search(Queries(24)[0], sink, Cancellation));
        Assert.Equal(1_000, sink.Offered.Count);
    }

    private static CodedRows Clustered(Metric metric, int dimension, int count, int? learntFrom = null, int copiesOf = 0)
    {
        var random = new Random(dimension);
        var centres = Enumerable.Range(0, 30).Select(_ => TestVectors.Gaussian(random, dimension)).ToArray();
        var values = TestVectors.Clustered(random, count, centres, 0.3);
        for (var row = 1; row < count && copiesOf > 0; row += 3)
            values.AsSpan(row % copiesOf * dimension, dimension).CopyTo(values.AsSpan(row * dimension));
        return new CodedRows(Compression.Rabitq, metric, dimension, values, learntFrom);
    }

    private static float[][] Queries(int dimension) => [.. Enumerable.Range(0, 5).Select(i => TestVectors.Gaussian(new Random(100 + i), dimension))];

    private static RowCodes SaveAndRead(CodedRows rows, TempDirectory directory, int count)
    {
        var path = directory.File("codes.bin");
        var saved = CodeFile.Write(Disk.Real, path, rows.Codes, count, Cancellation);
        Assert.Equal(count, saved);
        var read = ((RabitqCodec)Codec.Deserialize(rows.Codes.Codec.Serialize())).CreateCodes();
        CodeFile.Read(path, read, count);
        return read;
    }

    private static NearestSink Search(CodedRows rows, RowCodes codes, float[] query, int k = TopK)
    {
        var sink = new NearestSink(rows, query, k);
        Assert.True(codes.Search(query, sink, Cancellation));
        return sink;
    }

    private static NearestSink SearchAll(CodedRows rows, RowCodes codes, float[] query) => Search(rows, codes, query, int.MaxValue);

    private static double[] Estimates(RowCodes codes, float[] query)
    {
        var ranks = new double[codes.Count];
        codes.Estimate(query, ranks);
        return ranks;
    }
}
