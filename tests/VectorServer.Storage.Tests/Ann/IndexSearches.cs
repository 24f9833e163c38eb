using VectorServer.Storage.Ann;

namespace VectorServer.Storage.Tests.Ann;

/// <summary>Searches as tests ask for them.</summary>
internal static class IndexSearches
{
    public static FoundRow[] Search(this CandidateIndex index, ReadOnlySpan<float> query, int effort, int topK = 10) =>
        index.Search(query, new SearchAsk(effort, topK)).Rows;

    /// <summary>All rows found, copies too.</summary>
    public static IEnumerable<int> WithCopies(this CandidateIndex index, IEnumerable<FoundRow> found)
    {
        foreach (var first in found)
        {
            for (var row = first.Row; row >= 0; row = index.NextCopy(row))
                yield return row;
        }
    }
}
