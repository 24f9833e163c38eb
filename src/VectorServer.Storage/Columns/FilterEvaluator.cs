using System.Diagnostics;
using VectorServer.Storage.Filters;

namespace VectorServer.Storage.Columns;

/// <summary>Evaluates a filter on columns: each leaf sets the bits of its rows, <c>$and</c> and <c>$or</c> combine words of 64 rows.</summary>
internal static class FilterEvaluator
{
    /// <summary>The rows below <paramref name="rowCount"/> that satisfy the filter.</summary>
    /// <param name="fields">Hold at least these rows.</param>
    /// <param name="rowCount">Later rows are not looked at.</param>
    /// <param name="filter">What a row's metadata must satisfy.</param>
    public static RowSet Select(FieldColumns fields, int rowCount, Filter filter)
    {
        var rows = new RowSet(rowCount);
        AddMatches(fields, filter, rows);
        return rows;
    }

    private static void AddMatches(FieldColumns fields, Filter filter, RowSet rows)
    {
        switch (filter)
        {
            case Filter.Or or:
                foreach (var part in or.Filters)
                    AddMatches(fields, part, rows);
                break;
            case Filter.And and:
                AddMatchesOfAll(fields, and.Filters, rows);
                break;
            case Filter.Exists { Expected: true } exists:
                fields.Find(exists.Field)?.AddPresent(rows);
                break;
            case Filter.Exists exists:
                AddOthers(fields, exists with { Expected = true }, rows);
                break;
            case Filter.Comparison { Negated: true } comparison:
                AddOthers(fields, comparison with { Negated = false }, rows);
                break;
            case Filter.Comparison comparison:
                fields.Find(comparison.Field)?.AddMatches(comparison.Operator, comparison.Operands, rows);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void AddMatchesOfAll(FieldColumns fields, IReadOnlyList<Filter> filters, RowSet rows)
    {
        var all = Select(fields, rows.RowCount, filters[0]);
        var part = new RowSet(rows.RowCount); // one for all parts: there may be hundreds
        foreach (var filter in filters.Skip(1))
        {
            part.Clear();
            AddMatches(fields, filter, part);
            all.IntersectWith(part);
        }

        rows.UnionWith(all);
    }

    /// <summary>Adds the rows that do not match, those that lack the leaf's field among them.</summary>
    private static void AddOthers(FieldColumns fields, Filter leaf, RowSet rows)
    {
        var others = new RowSet(rows.RowCount);
        others.AddRange(0, rows.RowCount);
        others.ExceptWith(Select(fields, rows.RowCount, leaf));
        rows.UnionWith(others);
    }
}
