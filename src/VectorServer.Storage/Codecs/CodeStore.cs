using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// The codes of one generation's rows, in memory, in chunks of whole blocks. Derived: a code is a function of its row and the calibration
/// in <c>codec.bin</c>. One writer; readers read rows below a count they learnt after those were encoded.
/// </summary>
internal sealed class CodeStore
{
    /// <summary>Rows per chunk: codes of this many rows are contiguous.</summary>
    public const int RowsPerChunk = 4096;

    private byte[][] _chunks = [];
    private int _rowCount;

    private CodeStore(Codec codec) => Codec = codec;

    public Codec Codec { get; }

    /// <summary>The codes of a generation that is being opened; null while it has no calibration that fits the choice.</summary>
    public static CodeStore? Open(NamespaceSnapshot snapshot, CodecChoice choice)
    {
        var path = snapshot.Generation.CodecPath;
        if (!File.Exists(path))
            return null;
        var codec = Codec.Deserialize(File.ReadAllBytes(path));
        return codec.Compression == choice.Wanted ? Encode(codec, snapshot) : null;
    }

    /// <summary>The snapshot's codes, brought up to its last row; made when there are rows enough to calibrate on.</summary>
    public static CodeStore? Extend(NamespaceSnapshot snapshot, CodecChoice choice)
    {
        if (snapshot.Codes is { } codes)
        {
            codes.EncodeUpTo(snapshot);
            return codes;
        }

        return choice.Calibrate(snapshot) is { } codec ? Save(codec, snapshot) : null;
    }

    /// <summary>The codes of a compacted generation, by the calibration of the one it replaces.</summary>
    public static CodeStore? Carry(CodeStore? replaced, NamespaceSnapshot snapshot, CodecChoice choice) =>
        replaced is null ? Extend(snapshot, choice) : Save(replaced.Codec, snapshot);

    /// <summary>Scores contiguous rows of one chunk, from the first of a block on.</summary>
    public void Score(PreparedQuery query, int firstRow, Span<float> scores)
    {
        var firstBlock = firstRow % RowsPerChunk / Codecs.Codec.RowsPerBlock;
        var blocks = (scores.Length + Codecs.Codec.RowsPerBlock - 1) / Codecs.Codec.RowsPerBlock;
        var chunk = Volatile.Read(ref _chunks)[firstRow / RowsPerChunk];
        Codec.Score(query, chunk.AsSpan(firstBlock * Codec.BlockBytes, blocks * Codec.BlockBytes), scores);
    }

    private static CodeStore Save(Codec codec, NamespaceSnapshot snapshot)
    {
        IO.AtomicFile.Write(snapshot.Generation.Disk, snapshot.Generation.CodecPath, codec.Serialize());
        return Encode(codec, snapshot);
    }

    private static CodeStore Encode(Codec codec, NamespaceSnapshot snapshot)
    {
        var codes = new CodeStore(codec);
        codes.EncodeUpTo(snapshot);
        return codes;
    }

    private void EncodeUpTo(NamespaceSnapshot snapshot)
    {
        for (; _rowCount < snapshot.RowCount; _rowCount++)
        {
            var inChunk = _rowCount % RowsPerChunk;
            if (_rowCount / RowsPerChunk == _chunks.Length)
                Volatile.Write(ref _chunks, [.. _chunks, new byte[RowsPerChunk / Codecs.Codec.RowsPerBlock * Codec.BlockBytes]]);
            var block = _chunks[^1].AsSpan(inChunk / Codecs.Codec.RowsPerBlock * Codec.BlockBytes, Codec.BlockBytes);
            Codec.Encode(snapshot.Generation.Vectors.Row(_rowCount), block, inChunk % Codecs.Codec.RowsPerBlock);
        }
    }
}
