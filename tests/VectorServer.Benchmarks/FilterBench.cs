using System.Text;
using VectorServer.Storage;
using VectorServer.Storage.Columns;
using VectorServer.Storage.Query;

namespace VectorServer.Benchmarks;

/// <summary>What does a filter cost: to evaluate, in a query, in recall, in memory; and what do ten matches cost to be given their metadata?</summary>
internal static class FilterBench
{
    private const int TopK = 10;
    private const int Queries = 50;
    private const int Rounds = 31;

    private static readonly string[] Filters =
    [
        """{"genre":"genre-7"}""",
        """{"genre":{"$ne":"genre-7"}}""",
        """{"genre":{"$in":["genre-1","genre-2","genre-3"]}}""",
        """{"year":{"$gte":1980,"$lt":1990}}""",
        """{"time":{"$gte":1700010000,"$lt":1700020000}}""",
        """{"title":"The title of the document with the number 777, which is unique"}""",
        """{"tags":"tag-3"}""",
        """{"tags":{"$in":["tag-3","tag-4"]}}""",
        """{"reviewed":true}""",
        """{"reviewed":{"$exists":false}}""",
        """{"genre":"genre-7","year":{"$gte":1980,"$lt":1990},"$or":[{"tags":"tag-3"},{"reviewed":true}]}""",
    ];

    private static readonly int[] Permilles = [1, 10, 50, 100, 300, 600];

    public static async Task<int> RunAsync(int rows)
    {
        await using var data = await FilterData.CreateAsync(rows);
        Console.WriteLine($"## Filters, {rows:N0} x {FilterData.Dimension}, clustered\n\n{Machine.Describe()}\n");
        Columns(data);
        LongTexts(rows);
        Evaluation(data);
        Filtered(data);
        Hydration(data);
        return 0;
    }

    private static void Columns(FilterData data)
    {
        using var lease = data.Acquire();
        var generation = lease.Snapshot.Generation;
        var first = ProcessorMs(() => generation.Columns.Extend(generation.Metadata, data.Rows));
        var again = Enumerable.Range(0, 5).Min(_ => ProcessorMs(() => new ColumnStore().Extend(generation.Metadata, data.Rows)));
        var reading = Enumerable.Range(0, 5).Min(_ => ProcessorMs(() => generation.Metadata.ReadMetadata(0, data.Rows, (_, _) => { })));
        Console.WriteLine($"Columns of 8 fields take {first:F0} ms of processor time to make, {again:F0} ms once the code is compiled, "
            + $"{reading:F0} of them to read the file; {(double)generation.Columns.Bytes / data.Rows:F0} bytes a row.\n");
    }

    private static double ProcessorMs(Action action)
    {
        var start = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - start).TotalMilliseconds;
    }

    /// <summary>The field that costs most: a long text that never repeats.</summary>
    private static void LongTexts(int rows)
    {
        var columns = new FieldColumns();
        for (var row = 0; row < rows; row++)
            columns.Add(row, Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', 480)}} {{row:D16}}"}"""));
        Console.WriteLine($"A field of unique texts of 500 bytes: {(double)columns.Bytes / rows:F0} bytes a row.\n");
    }

    private static void Evaluation(FilterData data)
    {
        using var lease = data.Acquire();
        Console.WriteLine("| filter | rows | us |\n|---|---:|---:|");
        foreach (var json in Filters)
        {
            var filter = FilterData.FilterOf(json);
            var times = Stopclock.Medians(Rounds, () => FilterRows.Select(lease.Snapshot, filter));
            Console.WriteLine($"| `{json}` | {FilterRows.Count(lease.Snapshot, filter):N0} | {times[0] * 1000:F0} |");
        }
    }

    private static void Filtered(FilterData data)
    {
        Console.WriteLine($"\n| filter keeps | rows | query ms | unfiltered ms | ratio | recall@{TopK} |\n|---|---:|---:|---:|---:|---:|");
        foreach (var field in new[] { "permille", "near" })
        {
            foreach (var permille in Permilles)
                Filtered(data, field, permille);
        }
    }

    private static void Filtered(FilterData data, string field, int permille)
    {
        var filter = FilterData.FilterOf($$$"""{"{{{field}}}":{"$lt":{{{permille}}}}}""");
        var queries = Enumerable.Range(0, Queries).Select(i => Query(data, new Random(i), field == "near")).ToArray();
        var found = 0;
        foreach (var query in queries)
        {
            var truth = Answer(data, query with { Exact = true, Filter = filter });
            found += Answer(data, query with { Filter = filter }).Intersect(truth).Count();
        }

        var next = 0;
        var times = Stopclock.Medians(
            Rounds,
            () => Answer(data, queries[next++ % Queries] with { Filter = filter }),
            () => Answer(data, queries[next++ % Queries]));
        Console.WriteLine($"| {permille / 10.0} %, {(field == "near" ? "near the query" : "independent")} | {data.Index.Stats(filter).TotalRecordCount:N0} "
            + $"| {times[0]:F3} | {times[1]:F3} | {times[0] / times[1]:F2} | {found / (double)(Queries * TopK):F3} |");
    }

    /// <summary>Near a row, or near the direction that the correlated filter keeps.</summary>
    private static VectorQuery Query(FilterData data, Random random, bool nearDirection)
    {
        var noise = new float[FilterData.Dimension];
        RandomVectors.Fill(random, noise, FilterData.Dimension);
        var vector = nearDirection ? [.. data.Direction] : data.Vector(random.Next(data.Rows));
        for (var i = 0; i < vector.Length; i++)
            vector[i] += 0.3f * noise[i];
        return new VectorQuery { TopK = TopK, Vector = vector };
    }

    private static string[] Answer(FilterData data, VectorQuery query) => [.. data.Index.Query("", query).Matches.Select(match => match.Id)];

    private static void Hydration(FilterData data)
    {
        using var lease = data.Acquire();
        var random = new Random(3);
        var matches = Enumerable.Range(0, TopK).Select(_ => new Match(random.Next(data.Rows), 1)).ToArray();
        var times = Stopclock.Medians(
            Rounds * 10,
            () => Hydrator.Matches(lease.Snapshot, matches, values: false, metadata: true),
            () => matches[random.Next(TopK)] = new Match(random.Next(data.Rows), 1));
        var scattered = Stopclock.Medians(
            Rounds * 10,
            () =>
            {
                foreach (ref var match in matches.AsSpan())
                    match = new Match(random.Next(data.Rows), 1);
                Hydrator.Matches(lease.Snapshot, matches, values: false, metadata: true);
            });
        Console.WriteLine($"\nMetadata of {TopK} matches: {times[0] * 1000:F1} us, of other rows each time {scattered[0] * 1000:F1} us.");
    }
}
