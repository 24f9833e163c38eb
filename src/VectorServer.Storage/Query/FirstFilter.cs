using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using VectorServer.Storage.Columns;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Model;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query;

/// <summary>
/// Has the code compiled that a filter runs and no other query does: the first filter of a process would wait for it some twenty times as long
/// as a filter takes. Once in a process, beside the first opening of a data directory.
/// </summary>
internal static class FirstFilter
{
    private static readonly Type[] Needed =
    [
        typeof(FilterParser), typeof(FilterOperands), typeof(FilterValue), typeof(CanonicalJson), typeof(FilterRows), typeof(ColumnStore), typeof(FilterEvaluator),
        typeof(RowSet), typeof(FieldColumns), typeof(Column), typeof(ColumnEntries), typeof(ColumnKey), typeof(KeyTable), typeof(EntryScan), typeof(CandidateScan),
        typeof(ExactScorer), typeof(QueryExecutor),
    ];

    private static readonly Lazy<Task> Compiled = new(() => Task.Run(Compile));

    /// <summary>Begins; returns at once.</summary>
    public static void Prepare() => _ = Compiled.Value;

    private static void Compile()
    {
        const BindingFlags own = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;
        foreach (var type in Needed.Concat(Needed.SelectMany(type => type.GetNestedTypes(own))).Where(type => !type.ContainsGenericParameters))
        {
            foreach (var method in type.GetMethods(own).Cast<MethodBase>().Concat(type.GetConstructors(own)))
            {
                if (!method.IsAbstract && !method.ContainsGenericParameters)
                    RuntimeHelpers.PrepareMethod(method.MethodHandle);
            }
        }

        // What is generic, or the framework's, is compiled by running it.
        _ = Filter.Parse(JsonElement.Parse("""{"text":"a","$or":[{"number":{"$gte":1,"$lt":2}},{"list":{"$in":["a","b"]}}],"other":{"$exists":true}}"""));
        Span<float> scores = stackalloc float[1];
        ReadOnlySpan<float> row = stackalloc float[64];
        foreach (var metric in Enum.GetValues<Metric>())
            ExactScorer.Rows(metric, row, row, queryNorm: 1, scores);
    }
}
