using VectorServer.Storage;

namespace VectorServer.Api.Bulk.Import;

/// <summary>One file of records, or a NumPy file and the JSON lines beside it.</summary>
/// <param name="Namespace">The engine's name of where they go.</param>
/// <param name="Name">The JSON lines, relative to the import's directory, with <c>/</c>.</param>
/// <param name="LinesPath">The JSON lines.</param>
/// <param name="VectorsPath">The dense vectors, a row a line; null where the lines hold them.</param>
/// <param name="Bytes">Size of both.</param>
internal sealed record ImportFile(string Namespace, string Name, string LinesPath, string? VectorsPath, long Bytes);

/// <summary>What stands in one place of a file.</summary>
/// <param name="Line">Number of the line, from 1.</param>
/// <param name="Record">Null where there is a <paramref name="Problem"/>.</param>
/// <param name="Problem">Why it is no record.</param>
/// <param name="Bytes">Bytes of the file up to here, about.</param>
internal readonly record struct ImportItem(long Line, VectorRecord? Record, string? Problem, long Bytes);
