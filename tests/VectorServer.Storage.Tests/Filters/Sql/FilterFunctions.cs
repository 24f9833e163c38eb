using System.Globalization;
using Microsoft.Data.Sqlite;

namespace VectorServer.Storage.Tests.Filters.Sql;

/// <summary>The function of ours that compiled filters call; every connection that runs one needs it.</summary>
internal static class FilterFunctions
{
    /// <summary>
    /// Reads the number of a text <c>[X,X]</c>. SQLite's own reading of fractions is off by a unit in the last place on some builds,
    /// the bundled one among them, which makes neighbouring numbers equal.
    /// </summary>
    public const string Float64 = "float64";

    public static void Register(SqliteConnection connection) =>
        connection.CreateFunction(Float64, (string pair) => Read(pair), isDeterministic: true);

    private static double Read(string pair) =>
        double.Parse(pair.AsSpan(1, pair.IndexOf(',', StringComparison.Ordinal) - 1), NumberStyles.Float, CultureInfo.InvariantCulture);
}
