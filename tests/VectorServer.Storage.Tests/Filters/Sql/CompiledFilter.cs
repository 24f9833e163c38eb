using VectorServer.Storage.Metadata;

namespace VectorServer.Storage.Tests.Filters.Sql;

/// <summary>A condition of SQL that is 0 or 1 for every row, never NULL.</summary>
/// <param name="Sql">An expression over <c>r.metadata</c>, in parentheses. Its connection needs <see cref="FilterFunctions"/>.</param>
/// <param name="FirstParameter">The number of the first parameter it uses.</param>
/// <param name="Parameters">Texts and doubles to bind, in order from <paramref name="FirstParameter"/>.</param>
internal sealed record CompiledFilter(string Sql, int FirstParameter, IReadOnlyList<object> Parameters)
{
    public void Bind(SqliteStatement statement)
    {
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i] is double number)
                statement.Bind(FirstParameter + i, number);
            else
                statement.BindText(FirstParameter + i, (string)Parameters[i]);
        }
    }
}
