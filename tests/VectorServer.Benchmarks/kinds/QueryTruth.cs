using System.Globalization;
using VectorServer.DataKinds;

namespace VectorServer.Benchmarks.Kinds;

/// <summary>Queries of all kinds about a data set, and the scores of their true nearest rows.</summary>
internal sealed class QueryTruth
{
    private readonly DataSet _data;
    private readonly int _topK;
    private readonly List<(QueryKind Kind, float[] Query, double Farthest)> _queries = [];

    public QueryTruth(DataSet data, int queriesOfEachKind, int topK)
    {
        (_data, _topK) = (data, topK);
        foreach (var kind in Enum.GetValues<QueryKind>())
        {
            var queries = data.Queries(kind, kind == QueryKind.Middle ? 1 : queriesOfEachKind);
            if (kind == QueryKind.Alike)
                Alike = queries;
            _queries.AddRange(queries.Select(query => (kind, query, Truth.NearestScores(data, query, topK)[^1])));
        }
    }

    /// <summary>The queries in the distribution of the rows.</summary>
    public float[][] Alike { get; } = [];

    public SideResult Measure(LoadedEngine engine)
    {
        var answers = _queries.Select(query => (query.Kind, Answer: engine.Ask(query.Query, _topK), query)).ToArray();
        var recalls = answers.Select(answer => (answer.Kind, Recall: RecallOf(answer.query.Query, answer.query.Farthest, answer.Answer.Rows))).ToArray();
        var worst = recalls.GroupBy(recall => recall.Kind).Select(group => (Kind: group.Key, Recall: group.Average(recall => recall.Recall))).MinBy(group => group.Recall);
        var said = answers.Select(answer => answer.Answer.Certified).OfType<bool>().ToArray();
        return new SideResult(
            recalls.Average(recall => recall.Recall),
            worst.Recall < 1 ? string.Create(CultureInfo.InvariantCulture, $"{worst.Kind} {worst.Recall:F3}") : "",
            said.Length == 0 ? null : said.Count(certified => certified) / (double)said.Length,
            answers.GroupBy(answer => answer.Answer.Plan).MaxBy(group => group.Count())!.Key,
            answers.Average(answer => answer.Answer.Rescored),
            engine.Describe().CodeBytes);
    }

    /// <summary>A row counts as found if it is as near as the farthest of the true ones, and was not returned twice.</summary>
    private double RecallOf(float[] query, double farthest, int[] rows)
    {
        var metric = _data.Kind.Metric;
        var right = rows.Distinct().Count(row =>
        {
            var values = _data.Row(row).Span;
            var score = Truth.Score(metric, values, query);
            return Truth.Rank(metric, score) >= Truth.Rank(metric, farthest) - Truth.Tolerance(metric, farthest, Truth.Length(values) * Truth.Length(query));
        });
        return right / (double)Math.Min(_topK, _data.Count);
    }
}
