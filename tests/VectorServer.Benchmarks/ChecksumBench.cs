using System.Diagnostics;
using VectorServer.Storage;
using VectorServer.Storage.IO;
using VectorServer.Storage.Npy;
using VectorServer.Storage.Scoring;

namespace VectorServer.Benchmarks;

/// <summary>What does it cost to compare raw vectors with their checksums, the first time and from then on?</summary>
internal static class ChecksumBench
{
    private const int Dimension = 384;
    private const int RowCount = 100_000;
    private const int Candidates = 160;

    public static int Run()
    {
        var directory = Directory.CreateTempSubdirectory("vectorserver-bench-").FullName;
        try
        {
            Write(directory);
            using var plain = Open(directory, isChecked: false);
            using var compared = Open(directory, isChecked: true);
            Console.WriteLine($"""
                ## Checksums of {RowCount:N0} x {Dimension}, one thread

                {Machine.Describe()}

                | | ms |
                |---|---:|
                """);
            var scattered = Enumerable.Range(0, Candidates).Select(i => (int)(i * 7919L % RowCount)).ToArray();
            using (var fresh = Open(directory, isChecked: true))
                Report("first read of 160 rows far apart, compared", Once(() => Read(fresh, scattered)));
            Report("first scan of all rows, none compared", Once(() => Scan(plain)));
            Report("first scan of all rows, compared", Once(() => Scan(compared)));
            var later = Stopclock.Medians(21, () => Scan(plain), () => Scan(compared));
            Report("later scans, none compared", later[0]);
            Report("later scans, compared before", later[1]);
            return 0;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void Write(string directory)
    {
        var row = new float[Dimension];
        using var vectors = NpyMatrix.Create(Disk.Real, Path.Combine(directory, "vectors.npy"), Dimension);
        vectors.Checksums = RowChecksums.Create(Disk.Real, Path.Combine(directory, "vectors.crc"), Dimension);
        var random = new Random(1);
        for (var i = 0; i < RowCount; i++)
        {
            RandomVectors.Fill(random, row, Dimension);
            vectors.Write(i, row);
        }

        vectors.Seal(RowCount);
    }

    private static NpyMatrix Open(string directory, bool isChecked)
    {
        var vectors = NpyMatrix.Open(Disk.Real, Path.Combine(directory, "vectors.npy"), Dimension, RowCount);
        if (isChecked)
            vectors.Checksums = RowChecksums.Open(Disk.Real, Path.Combine(directory, "vectors.crc"), Dimension, RowCount, areOptional: false);
        return vectors;
    }

    private static void Scan(NpyMatrix vectors)
    {
        const int RowsPerStep = 512;
        var query = new float[Dimension];
        query[0] = 1;
        Span<float> scores = stackalloc float[RowsPerStep];
        for (var row = 0; row < RowCount;)
        {
            var chunkEnd = (row | (vectors.RowsPerChunk - 1)) + 1;
            var step = Math.Min(RowsPerStep, Math.Min(chunkEnd, RowCount) - row);
            ExactScorer.Rows(Metric.Cosine, vectors.Rows(row, step), query, 1, scores[..step]);
            row += step;
        }
    }

    private static void Read(NpyMatrix vectors, int[] rows)
    {
        foreach (var row in rows)
            _ = vectors.Row(row);
    }

    private static double Once(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void Report(string what, double ms) => Console.WriteLine($"| {what} | {ms:F2} |");
}
