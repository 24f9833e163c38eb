using VectorServer.Api.Errors;
using VectorServer.Storage;

namespace VectorServer.Api.Bulk.Import;

/// <summary>Reads one file of records, in order, in memory that does not grow with it.</summary>
internal static class ImportFileReader
{
    /// <summary>Every place of the file, good or bad; throws while enumerating.</summary>
    /// <exception cref="BulkException">The file as a whole is not as it should be.</exception>
    public static IEnumerable<ImportItem> Read(ImportFile file, VectorIndex index) =>
        file.VectorsPath is null ? ReadLines(file, index) : ReadRows(file, index);

    private static IEnumerable<ImportItem> ReadLines(ImportFile file, VectorIndex index)
    {
        // A pipe has no length either, and would keep who opens it waiting.
        if (new FileInfo(file.LinesPath).Length == 0)
            yield break;
        using var lines = new JsonLinesReader(file.LinesPath);
        while (lines.Next())
            yield return ToItem(lines, row: null, index, lines.BytesRead);
    }

    private static IEnumerable<ImportItem> ReadRows(ImportFile file, VectorIndex index)
    {
        if (index.Descriptor.VectorType == VectorType.Sparse)
            throw new BulkException("a .npy file holds dense vectors, the index is sparse");
        using var vectors = new NpyReader(file.VectorsPath!, index.Descriptor.Dimension);

        // Counted before anything is read: behind a line too few or too many every record would have another's vector.
        var count = new FileInfo(file.LinesPath).Length == 0 ? 0 : JsonLinesReader.Count(file.LinesPath);
        if (count != vectors.Rows)
            throw new BulkException($"it has {count} lines for the {vectors.Rows} rows of the .npy file");
        if (count == 0)
            yield break;

        using var lines = new JsonLinesReader(file.LinesPath);
        for (var row = 1L; lines.Next(); row++)
            yield return ToItem(lines, vectors.Read(), index, file.Bytes * row / count);
    }

    private static ImportItem ToItem(JsonLinesReader lines, float[]? row, VectorIndex index, long bytes)
    {
        if (lines.IsTooLong)
            return new ImportItem(lines.LineNumber, null, $"longer than {JsonLinesReader.LineBytesMax} bytes", bytes);
        try
        {
            var record = RecordLine.Parse(lines.Line, row);
            index.Check(record);
            return new ImportItem(lines.LineNumber, record, null, bytes);
        }
        catch (Exception problem) when (problem is WireException or StorageException { Code: StorageErrorCode.InvalidArgument })
        {
            return new ImportItem(lines.LineNumber, null, problem.Message, bytes);
        }
    }
}
