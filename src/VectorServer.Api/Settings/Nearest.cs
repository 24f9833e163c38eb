namespace VectorServer.Api.Settings;

/// <summary>Finds the word that someone who mistyped may have meant.</summary>
internal static class Nearest
{
    private const int DistanceMax = 3;

    /// <summary>The known word that takes the fewest letters to change, insert, leave out or swap; null where none is near.</summary>
    public static string? Of(string word, IEnumerable<string> known)
    {
        // A third of the word may be wrong: two letters of "prot", three of a long one.
        var max = Math.Min(DistanceMax, (word.Length + 2) / 3);
        return known
            .Select(candidate => (Word: candidate, Distance: Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(found => found.Distance <= max)
            .OrderBy(found => found.Distance)
            .ThenBy(found => found.Word, StringComparer.Ordinal)
            .FirstOrDefault()
            .Word;
    }

    /// <summary><c> (did you mean WORD?)</c>, or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> known, Func<string, string>? spell = null) =>
        Of(word, known) is { } found ? $" (did you mean {spell?.Invoke(found) ?? found}?)" : "";

    /// <summary>Damerau and Levenshtein's, of adjacent swaps.</summary>
    private static int Distance(string a, string b)
    {
        var (before, last, next) = (new int[b.Length + 1], Enumerable.Range(0, b.Length + 1).ToArray(), new int[b.Length + 1]);
        for (var i = 1; i <= a.Length; i++)
        {
            next[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                next[j] = Math.Min(Math.Min(next[j - 1], last[j]) + 1, last[j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    next[j] = Math.Min(next[j], before[j - 2] + 1);
            }

            (before, last, next) = (last, next, before);
        }

        return last[b.Length];
    }
}
