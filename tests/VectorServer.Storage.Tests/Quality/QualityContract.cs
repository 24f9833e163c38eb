using VectorServer.DataKinds;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>An engine for a test of answers, on a directory in memory: these tests mean no disk.</summary>
public abstract class QualityContract : IAsyncLifetime
{
    private const int RestoredRowsMin = 1000; // below there is nothing derived to restore

    private readonly TempDirectory _directory = TempDirectory.InMemory();
    private VectorEngine _engine = null!;

    protected VectorEngine Engine => _engine;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _engine = Open();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Kinds by name, so that the runner shows which one failed; each with a number of rows.</summary>
    protected static TheoryData<string, int> Cases(IEnumerable<DataKind> kinds, params int[] rows)
    {
        var cases = new TheoryData<string, int>();
        foreach (var kind in kinds)
        {
            foreach (var count in rows)
                cases.Add(kind.Name, count);
        }

        return cases;
    }

    private protected TestedIndex Create(
        DataSet data, Findings findings, Compression compression = Compression.Auto, IndexKind kind = IndexKind.Auto, bool withMetadata = false)
    {
        var tested = new TestedIndex(_engine, data, findings, withMetadata);
        tested.Create(compression, kind);
        return tested;
    }

    private protected async Task ReopenAsync(TestedIndex tested)
    {
        await _engine.DisposeAsync();
        tested.Engine = _engine = Open();
    }

    /// <summary>
    /// What happens to an index: loads, deletes, updates, restarts, a compaction, a restore. The ordinary run asks after some steps and for 10 matches
    /// after most, the long one after every step.
    /// </summary>
    /// <param name="tested">The index, empty.</param>
    /// <param name="queriesOfEachKind">Queries of each kind after a step.</param>
    /// <param name="isBrief">Ends after the restart, but in the long run.</param>
    /// <param name="topKs">How many matches are asked for.</param>
    private protected async Task LiveAsync(TestedIndex tested, int queriesOfEachKind, bool isBrief, params int[] topKs)
    {
        int[] fewTopKs = QualitySize.IsLong ? topKs : [10];
        await tested.LoadAsync(Cancellation);
        tested.Ask("loaded", queriesOfEachKind, topKs);
        await tested.SettleAsync(Cancellation);
        if (QualitySize.IsLong)
            tested.Ask("settled", queriesOfEachKind, topKs);

        await ReopenAsync(tested);
        tested.Ask("restarted", queriesOfEachKind, fewTopKs);
        if (isBrief && !QualitySize.IsLong)
            return;

        await tested.DeleteShareAsync(0.3, Cancellation);
        tested.Ask("30 % deleted", queriesOfEachKind, fewTopKs);

        await tested.UpdateShareAsync(0.3, Cancellation);
        if (QualitySize.IsLong)
            tested.Ask("30 % updated", queriesOfEachKind, topKs);

        await tested.CompactAsync(Cancellation);
        await tested.SettleAsync(Cancellation);
        tested.Ask("compacted", queriesOfEachKind, fewTopKs);
        if (!QualitySize.IsLong && tested.Data.Count < RestoredRowsMin)
            return;

        await tested.RestoreAsync(Cancellation);
        await tested.SettleAsync(Cancellation);
        tested.Ask("restored from a backup", queriesOfEachKind, fewTopKs);
    }

    private VectorEngine Open() => VectorEngine.Open(new EngineOptions { DataDirectory = _directory.Path, Durability = Durability.Os, CompactDeadShare = 0 });
}
