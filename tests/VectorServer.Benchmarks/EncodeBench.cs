using System.Globalization;
using VectorServer.Storage;
using VectorServer.Storage.Codecs;

namespace VectorServer.Benchmarks;

/// <summary>How many vectors a second does one core encode?</summary>
internal static class EncodeBench
{
    private const int Vectors = 1000;
    private const int Rounds = 11;

    public static int Run()
    {
        Console.WriteLine($"""
            ## Encode, one thread, median of {Rounds} runs

            {Machine.Describe()}

            | dimension | code | vectors/s | query prepared, us |
            |---:|---|---:|---:|
            """);
        foreach (var dimension in new[] { 100, 384, 512, 768, 1536, 3072 })
        {
            var rows = new float[Vectors * dimension];
            RandomVectors.Fill(new Random(1), rows, dimension);
            foreach (var compression in new[] { Compression.SpectralK64, Compression.SpectralK256 })
                Measure(compression, dimension, rows);
        }

        return 0;
    }

    private static void Measure(Compression compression, int dimension, float[] rows)
    {
        var codec = BlockCodec.Train(compression, Metric.Cosine, dimension, rows);
        var block = new byte[codec.BlockBytes];
        var times = Stopclock.Medians(
            Rounds,
            () =>
            {
                for (var row = 0; row < Vectors; row++)
                    codec.Encode(rows.AsSpan(row * dimension, dimension), block, row % Codec.RowsPerBlock);
            },
            () =>
            {
                for (var row = 0; row < Vectors; row++)
                    codec.Prepare(rows.AsSpan(row * dimension, dimension));
            });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {dimension} | {compression.ToName()} | {Vectors * 1000 / times[0]:N0} | {times[1] * 1000 / Vectors:F1} |"));
    }
}
