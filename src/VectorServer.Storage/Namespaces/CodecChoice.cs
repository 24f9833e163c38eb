using VectorServer.Storage.Codecs;
using VectorServer.Storage.Model;

namespace VectorServer.Storage.Namespaces;

/// <summary>Which codec the namespaces of an index use, and from when on. Shared by them; changed when the index is configured.</summary>
/// <param name="index">The index.</param>
/// <param name="calibrated">A codec calibrated on a sample that was given at creation; null calibrates on the first rows.</param>
internal sealed class CodecChoice(IndexDescriptor index, Codec? calibrated)
{
    /// <summary>What <see cref="Compression.Auto"/> takes once it takes any: the least bytes scanned, at three or four bits a dimension in all.</summary>
    public const Compression AutoCompression = Compression.Rabitq;

    /// <summary>Dimensions from which <see cref="Compression.Auto"/> keeps codes: what they keep beside a row is longer than a shorter one.</summary>
    public const int AutoDimensions = 12;

    /// <summary>Rows from which <see cref="Compression.Auto"/> keeps codes: below, an exact scan is as fast.</summary>
    public const int AutoRows = 5_000;

    /// <summary>First rows that a named level calibrates on: a quantile of each bin's magnitude is stable by then.</summary>
    public const int CalibrationRows = 1_024;

    /// <summary>First rows that <see cref="Compression.Pq"/> calibrates on: it learns 256 centroids from them, not one mean.</summary>
    public const int PqCalibrationRows = 4_096;

    private volatile Compression _compression = index.Compression;

    /// <summary>The codes asked for, with <see cref="Compression.Auto"/> resolved.</summary>
    public Compression Wanted => Resolve(_compression);

    public void Change(Compression compression) => _compression = compression;

    /// <summary>The codes that a namespace should have at this moment; null for none yet.</summary>
    public Compression? WantedFor(NamespaceSnapshot snapshot)
    {
        var wanted = WantedFor(snapshot.RowCount - snapshot.FirstRow, snapshot.LiveCount);
        return wanted == Compression.Float32 ? null : wanted;
    }

    /// <summary>The codes that a namespace should have now; <see cref="Compression.Float32"/> for none.</summary>
    /// <param name="rows">Rows that there are, dead ones too.</param>
    /// <param name="liveCount">Records.</param>
    public Compression WantedFor(int rows, int liveCount)
    {
        var asked = _compression; // read once: the index may be configured at this moment
        var wanted = Resolve(asked);
        if (index.VectorType == VectorType.Sparse || (asked == Compression.Auto && (liveCount < AutoRows || index.Dimension < AutoDimensions)))
            return Compression.Float32;
        return calibrated?.Compression == wanted || rows >= RowsFor(wanted) ? wanted : Compression.Float32;
    }

    /// <summary>Calibrates what <see cref="WantedFor(NamespaceSnapshot)"/> named.</summary>
    public Codec Calibrate(NamespaceSnapshot snapshot, Compression wanted, CancellationToken cancellation)
    {
        if (calibrated?.Compression == wanted)
            return calibrated;
        var rows = wanted == Compression.Rabitq ? snapshot.RowCount - snapshot.FirstRow : RowsFor(wanted);
        return Codec.Train(wanted, index.Metric, index.Dimension, row => snapshot.Generation.Vectors.Row(snapshot.FirstRow + row), rows, cancellation);
    }

    /// <summary>Calibrates the codes of an index on vectors given at its creation; null when it will have none.</summary>
    /// <exception cref="StorageException">The sample is empty or of another dimension.</exception>
    public static Codec? TrainOnSample(IndexDescriptor index, IReadOnlyList<float[]> sample)
    {
        if (index.VectorType == VectorType.Sparse)
            throw StorageException.Invalid("A sparse index takes no calibration sample");
        if (sample.Count == 0)
            throw StorageException.Invalid("A calibration sample must hold at least one vector");
        foreach (var vector in sample)
            RecordRules.CheckQuery(index, vector);
        var wanted = new CodecChoice(index, null).Wanted;
        return wanted == Compression.Float32 ? null : Codec.Train(wanted, index.Metric, index.Dimension, row => sample[row], sample.Count);
    }

    private static Compression Resolve(Compression asked) => asked == Compression.Auto ? AutoCompression : asked;

    private static int RowsFor(Compression wanted) => wanted == Compression.Pq ? PqCalibrationRows : CalibrationRows;
}
