using System.Diagnostics;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Query.Advice;

/// <summary>Measures compressions on a namespace's own vectors.</summary>
internal static class CompressionAdviser
{
    /// <summary>Below, ten neighbours are a tenth of all and there is nothing to learn: the raw vectors are the advice.</summary>
    private const int RowsMin = 100;

    private const int RowsMax = 20_000;
    private const int ComponentsMax = 64 << 20; // of all rows, so that long vectors do not take minutes
    private const int QueriesMax = 200;

    /// <summary>A measurement keeps a core and a cache busy for seconds.</summary>
    private static readonly SemaphoreSlim Measuring = new(1);

    public static async Task<CompressionAdvice> OneAtATimeAsync(Func<CompressionAdvice> advise, CancellationToken cancellation)
    {
        await Measuring.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return advise();
        }
        finally
        {
            Measuring.Release();
        }
    }

    /// <exception cref="StorageException">There is nothing to measure.</exception>
    public static CompressionAdvice Advise(IndexDescriptor index, NamespaceSnapshot? snapshot, AdviceOptions options, CancellationToken cancellation)
    {
        if (index.VectorType == VectorType.Sparse)
            throw StorageException.Invalid("A sparse index has no codes to choose from");
        if (options.Queries is < 1 or > QueriesMax)
            throw StorageException.Invalid($"queries must be between 1 and {QueriesMax}, got {options.Queries}");
        if (options.Recall is not (>= 0 and <= 1))
            throw StorageException.Invalid($"recall must be between 0 and 1, got {options.Recall}");
        if (snapshot is null or { LiveCount: 0 })
            throw StorageException.Invalid("Advice needs records, and the namespace has none");

        var raw = new CompressionMeasure(Compression.Float32, snapshot.Generation.Vectors.RowBytes, 1, 1);
        if (snapshot.LiveCount < RowsMin)
            return RawOnly(snapshot.LiveCount, raw);

        var begun = Stopwatch.GetTimestamp();
        var rows = Spread(snapshot.LiveRows(), snapshot.LiveCount, Math.Min(RowsMax, ComponentsMax / index.Dimension));
        var sample = new AdviceSample(index.Metric, snapshot, rows, options.Queries, cancellation);
        var measures = new List<CompressionMeasure> { raw };
        var codes = CompressionNames.Codes.ToArray();
        foreach (var code in codes)
        {
            if (Stopwatch.GetElapsedTime(begun) > options.Time)
                break;
            measures.Add(sample.Measure(code, cancellation));
        }

        measures.Sort((left, right) => left.BytesPerVector.CompareTo(right.BytesPerVector));
        return new CompressionAdvice
        {
            RecordCount = snapshot.LiveCount,
            SampledRows = sample.RowCount,
            Queries = sample.QueryCount,
            Candidates = sample.CandidateCount,
            IsComplete = measures.Count == codes.Length + 1,
            Measures = measures,
            Take = measures.First(measure => measure.Recall >= options.Recall).Compression, // raw vectors find everything
        };
    }

    private static CompressionAdvice RawOnly(int recordCount, CompressionMeasure raw) => new()
    {
        RecordCount = recordCount,
        SampledRows = 0,
        Queries = 0,
        Candidates = 0,
        IsComplete = true,
        Measures = [raw],
        Take = Compression.Float32,
    };

    /// <summary>At most <paramref name="countMax"/> of the rows, evenly spread.</summary>
    private static int[] Spread(IEnumerable<int> rows, int rowCount, int countMax)
    {
        if (rowCount <= countMax)
            return [.. rows];
        return [.. rows.Where((_, i) => (long)(i + 1) * countMax / rowCount != (long)i * countMax / rowCount)];
    }
}
