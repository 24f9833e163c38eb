using VectorServer.DataKinds;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>A query, scored against every record in double by a plain loop, and answers to it that are held against those scores.</summary>
internal sealed class JudgedQuery
{
    private const double FloatSlack = 2.0 / (1 << 24); // one rounding to float32, twice over
    private const double SmallestFloat = 1.5e-45;

    private readonly DataKind _kind;
    private readonly ModelRecord[] _records;
    private readonly float[] _query;
    private readonly double _length;
    private readonly double[] _ranks;
    private readonly double[] _sorted; // nearest first
    private readonly IReadOnlyDictionary<string, int> _places;

    /// <param name="kind">The metric, and whether scores are whole numbers.</param>
    /// <param name="matching">All that may match.</param>
    /// <param name="query">The vector asked with.</param>
    public JudgedQuery(DataKind kind, Matching matching, float[] query)
    {
        (_kind, _records, _places, _query, _length) = (kind, matching.Records, matching.Places, query, Truth.Length(query));
        _ranks = new double[_records.Length];
        for (var i = 0; i < _ranks.Length; i++)
            _ranks[i] = Truth.Rank(kind.Metric, Truth.Score(kind.Metric, _records[i].Values.Span, query));
        _sorted = [.. _ranks];
        Array.Sort(_sorted);
        Array.Reverse(_sorted);
    }

    /// <summary>How many of the matches are as near as the k-th true one, of how many there should be. Whatever else is wrong is told.</summary>
    /// <param name="topK">How many were asked for.</param>
    /// <param name="matches">The answer.</param>
    /// <param name="tiesByIdAtTheCut">Of records with the same score, those with the first ids are to be found: so by every exact scan.</param>
    /// <param name="wrong">Told what is wrong with a match, at most one thing for each answer.</param>
    public (int Right, int Wanted) Judge(int topK, IReadOnlyList<ScoredRecord> matches, bool tiesByIdAtTheCut, Action<string> wrong)
    {
        var wanted = Math.Min(topK, _records.Length);
        if (matches.Count != wanted)
            wrong($"{matches.Count} matches instead of {wanted}");
        if (matches.Select(match => match.Id).Distinct().Count() != matches.Count)
            wrong("a record twice");
        if (wanted == 0)
            return (0, 0);
        var last = _sorted[wanted - 1];
        var right = 0;
        var previous = -1;
        foreach (var match in matches)
        {
            if (!_places.TryGetValue(match.Id, out var place))
            {
                wrong($"{match.Id}, which is not there or does not match the filter");
                return (right, wanted);
            }

            right += _ranks[place] >= last - Tolerance(place) ? 1 : 0;
            if (!IsScore(match.Score, place))
                wrong($"{match.Id} with the score {match.Score:R} instead of {Truth.Rank(_kind.Metric, _ranks[place]):R}");
            if (previous >= 0 && !IsInOrder(previous, place))
                wrong($"{_records[previous].Id} before {match.Id}, which is nearer or has the first id of the two");
            previous = place;
        }

        if (tiesByIdAtTheCut && right == wanted && matches.Count == wanted && MissedTie(matches) is { } missed)
            wrong($"{matches[^1].Id} and not {missed}, which is as near");
        return (Math.Min(right, wanted), wanted);
    }

    private bool IsScore(double score, int place)
    {
        var reference = Truth.Rank(_kind.Metric, _ranks[place]);
        if (Math.Abs(reference) > float.MaxValue)
            return Math.Sign(score) == Math.Sign(reference) && (Math.Abs(score) >= float.MaxValue);
        var slack = Truth.Tolerance(_kind.Metric, 0, Truth.Length(_records[place].Values.Span) * _length); // products cancel
        return Math.Abs(score - reference) <= (FloatSlack * Math.Abs(reference)) + slack + SmallestFloat;
    }

    private bool IsInOrder(int before, int after)
    {
        if (IsTie(before, after))
            return string.CompareOrdinal(_records[before].Id, _records[after].Id) < 0;
        return _ranks[before] >= _ranks[after] - Tolerance(after);
    }

    /// <summary>Scores that are equal in any order of summation.</summary>
    private bool IsTie(int left, int right) => _ranks[left] == _ranks[right]
        && ((_kind.IsWhole && _kind.Metric != DataMetric.Cosine && IsWholeQuery()) || _records[left].Values.Span.SequenceEqual(_records[right].Values.Span));

    private bool IsWholeQuery() => Array.TrueForAll(_query, value => value == MathF.Round(value) && MathF.Abs(value) < 1000);

    private double Tolerance(int place) => Truth.Tolerance(_kind.Metric, _ranks[place], Truth.Length(_records[place].Values.Span) * _length);

    /// <summary>A record that ties with the last match, has an earlier id and was not returned.</summary>
    private string? MissedTie(IReadOnlyList<ScoredRecord> matches)
    {
        var last = _places[matches[^1].Id];
        HashSet<string>? returned = null;
        for (var place = 0; place < _ranks.Length; place++)
        {
            if (_ranks[place] != _ranks[last] || place == last || string.CompareOrdinal(_records[place].Id, _records[last].Id) > 0 || !IsTie(place, last))
                continue;
            returned ??= [.. matches.Select(match => match.Id)];
            if (!returned.Contains(_records[place].Id))
                return _records[place].Id;
        }

        return null;
    }
}
