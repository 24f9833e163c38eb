using Microsoft.Data.Sqlite;
using VectorServer.Storage.Metadata;

namespace VectorServer.Storage.Tests.Filters.Sql;

/// <summary>Asks SQLite which rows of a metadata file satisfy a filter.</summary>
internal static class SqlFilter
{
    /// <param name="path">A metadata file, which may be in use.</param>
    /// <param name="filter">What rows must satisfy.</param>
    /// <param name="rowCount">Later rows are left out.</param>
    /// <returns>Ascending; dead rows too.</returns>
    public static int[] Match(string path, Filter filter, int rowCount)
    {
        using var connection = Sqlite.Open(path, SqliteOpenMode.ReadOnly);
        FilterFunctions.Register(connection);
        var compiled = FilterCompiler.Compile(filter, firstParameter: 2);
        using var matches = new SqliteStatement(connection, $"SELECT r.row FROM records r WHERE r.row < ?1 AND {compiled.Sql} ORDER BY r.row");
        matches.Bind(1, rowCount);
        compiled.Bind(matches);
        var rows = new List<int>();
        while (matches.Step())
            rows.Add((int)matches.GetInt64(0));
        return [.. rows];
    }
}
