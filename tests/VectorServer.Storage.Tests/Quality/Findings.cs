using System.Globalization;
using VectorServer.DataKinds;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>What was found of a kind of data: recall and certificates step by step, and wrong answers. All steps are told, not the first alone.</summary>
internal sealed class Findings(string what, double recallMin)
{
    private const double CertifiedMin = 0.99;
    private const int Shown = 12;

    private readonly List<string> _wrong = [];
    private readonly Dictionary<(string Step, int TopK), Tally> _tallies = [];

    public void Wrong(string step, string message)
    {
        if (_wrong.Count <= Shown)
            _wrong.Add($"{step}: {message}");
    }

    public void Count(string step, int topK, QueryKind kind, int right, int wanted, Certificate certificate, bool isScan)
    {
        if (!_tallies.TryGetValue((step, topK), out var tally))
            _tallies[(step, topK)] = tally = new Tally();
        tally.Add(kind, right, wanted, certificate, isScan);
        if (certificate.IsProof && right < wanted)
            Wrong(step, $"certified by the bound {certificate.Bound}, yet {right} of {wanted} matches are right");
    }

    /// <summary>Recall is at least what is asked at every step, scans are certified, nothing else is wrong.</summary>
    public void AssertGood()
    {
        var low = _tallies.Where(tally => tally.Value.Recall < recallMin)
            .Select(tally => string.Create(
                CultureInfo.InvariantCulture,
                $"{tally.Key.Step}: recall@{tally.Key.TopK} {tally.Value.Recall:F3} ({tally.Value.ByKind}; {tally.Value.Scanned:P0} scanned)"));
        var uncertified = _tallies.Where(tally => tally.Value.Certified < CertifiedMin)
            .Select(tally => string.Create(CultureInfo.InvariantCulture, $"{tally.Key.Step}: topK {tally.Key.TopK}, {tally.Value.Certified:P1} of the scans certified"));
        string[] all = [.. low, .. uncertified, .. _wrong.Take(Shown)];
        Assert.True(all.Length == 0, $"{what}, seed {QualitySize.Seed}\n{string.Join('\n', all)}");
    }

    private sealed class Tally
    {
        private readonly Dictionary<QueryKind, (int Right, int Wanted)> _byKind = [];
        private int _queries;
        private int _scans;
        private int _certified;
        private bool _says;

        public double Recall => Share(_byKind.Values.Sum(sum => sum.Right), _byKind.Values.Sum(sum => sum.Wanted));

        /// <summary>Of the scans; 1 where the engine does not say.</summary>
        public double Certified => _says ? Share(_certified, _scans) : 1;

        /// <summary>The share of queries that a scan answered.</summary>
        public double Scanned => Share(_scans, _queries);

        public string ByKind => string.Join(", ", _byKind.Where(entry => entry.Value.Right < entry.Value.Wanted)
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Key} {Share(entry.Value.Right, entry.Value.Wanted):F2}")));

        public void Add(QueryKind kind, int right, int wanted, Certificate certificate, bool isScan)
        {
            var before = _byKind.GetValueOrDefault(kind);
            _byKind[kind] = (before.Right + right, before.Wanted + wanted);
            _queries++;
            if (!isScan)
                return;
            _scans++;
            _certified += certificate.IsGiven == true ? 1 : 0;
            _says |= certificate.IsGiven is not null;
        }

        private static double Share(int part, int whole) => whole == 0 ? 1 : part / (double)whole;
    }
}
