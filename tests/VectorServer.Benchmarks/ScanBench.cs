using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using VectorServer.Storage;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Scoring;

namespace VectorServer.Benchmarks;

/// <summary>How close is a scan to the time it takes just to read the same memory?</summary>
internal static class ScanBench
{
    private const int Dimension = 384;
    private const int Rounds = 41;

    // The figure that a scan of 100,000 spectral_k64 codes is held against; the aim is a hundredth of it.
    private const double ReferenceMs = 86.4;
    private const int ReferenceRows = 100_000;

    private static int _sink;

    /// <param name="rowCount">How many rows are scanned.</param>
    /// <param name="codes">The codes to measure.</param>
    public static int Run(int rowCount, IEnumerable<Compression> codes)
    {
        var random = new Random(1);
        using var rows = new NativeBuffer<float>(checked(rowCount * Dimension));
        RandomVectors.Fill(random, rows.Span, Dimension);
        var query = new float[Dimension];
        RandomVectors.Fill(random, query, Dimension);
        var scores = new float[rowCount];

        Console.WriteLine($"""
            ## Scan of {rowCount:N0} x {Dimension}, one thread, median of {Rounds} interleaved runs

            {Machine.Describe()}

            | scan | MB | ms | read of the same bytes, ms | ratio | reference / scan |
            |---|---:|---:|---:|---:|---:|
            """);
        foreach (var metric in Enum.GetValues<Metric>())
            Exact(metric, rows, query, scores);
        foreach (var compression in codes.Where(code => code != Compression.Rabitq)) // whose rows lie otherwise: see the bench of kinds
            Coded(compression, rows, query, scores);

        Console.WriteLine($"\nReference: {ReferenceMs} ms per {ReferenceRows:N0} rows of spectral_k64. (checksum {_sink})");
        return 0;
    }

    private static void Exact(Metric metric, NativeBuffer<float> rows, float[] query, float[] scores)
    {
        var norm = ExactScorer.Norm(query);
        var times = Stopclock.Medians(
            Rounds,
            () => ExactScorer.Rows(metric, rows.Span, query, norm, scores),
            () => _sink += Read(MemoryMarshal.AsBytes(rows.Span)));
        Report($"float32 {metric}", rows.Length * sizeof(float), times, reference: null);
    }

    private static void Coded(Compression compression, NativeBuffer<float> rows, float[] query, float[] scores)
    {
        var rowCount = scores.Length;
        var codec = BlockCodec.Train(compression, Metric.Cosine, Dimension, rows.Span[..(Math.Min(rowCount, 2000) * Dimension)].ToArray());
        using var blocks = new NativeBuffer<byte>(checked(BlockCodec.BlockCount(rowCount) * codec.BlockBytes));
        for (var row = 0; row < rowCount; row++)
        {
            var block = blocks.Span.Slice(row / Codec.RowsPerBlock * codec.BlockBytes, codec.BlockBytes);
            codec.Encode(rows.Span.Slice(row * Dimension, Dimension), block, row % Codec.RowsPerBlock);
        }

        // Preparing the query is part of the scan.
        var times = Stopclock.Medians(
            Rounds,
            () => codec.Score(codec.Prepare(query)!, blocks.Span, scores),
            () => _sink += Read(blocks.Span));
        Report(compression.ToName(), blocks.Length, times, compression == Compression.SpectralK64 ? ReferenceMs * rowCount / ReferenceRows : null);
    }

    private static void Report(string name, long bytes, double[] times, double? reference) =>
        Console.WriteLine($"| {name} | {bytes / 1e6:F1} | {times[0]:F3} | {times[1]:F3} | {times[0] / times[1]:F2} | {(reference is null ? "" : $"{reference / times[0]:F0}x")} |");

    /// <summary>Sums everything with eight accumulators: as fast as memory gives it.</summary>
    private static int Read(ReadOnlySpan<byte> values)
    {
        var vectors = MemoryMarshal.Cast<byte, Vector512<int>>(values);
        Vector512<int> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (; vectors.Length >= 8; vectors = vectors[8..])
        {
            s0 += vectors[0];
            s1 += vectors[1];
            s2 += vectors[2];
            s3 += vectors[3];
            s4 += vectors[4];
            s5 += vectors[5];
            s6 += vectors[6];
            s7 += vectors[7];
        }

        return Vector512.Sum(s0 + s1 + s2 + s3 + (s4 + s5 + s6 + s7));
    }
}
